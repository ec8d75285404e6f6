"""The form of a new ablation: rows, seeds, and the settings that all of its runs share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from msdn_core.errors import ConfigError, MsdnError
from msdn_core.recipes.ablation import MOST_SEEDS, ROWS, Ablation, row_label
from msdn_core.recipes.config import RECIPES, TrainConfig
from msdn_core.recipes.grid import grid_runs, parse_grid
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.widgets.build import (
    make_button,
    make_check_box,
    make_combo_box,
    make_label,
    make_line_edit,
    make_spin_box,
)
from msdn_gui.widgets.form import Form

_SEEDS = 3
_FIELD = 260
_WHAT = {
    "baseline": "the average-pooled feature and one linear map, without attention",
    "ava": "attribute → visual alone",
    "vaa": "visual → attribute alone",
    "no_distillation": "both sub-nets, that teach each other nothing",
    "no_jsd": "distillation by the distance of logits alone",
    "no_l2": "distillation by the divergence alone",
    "full": "everything",
}


class AblationForm(QWidget):
    """``asked`` hands on what shall be trained, ``left`` that nothing shall."""

    asked = Signal(object)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("ablation_form")
        self._project: Path | None = None
        self._configs: dict[str, TrainConfig] = {}
        self.name = make_line_edit(name="ablation_name")
        self.name.setMaxLength(50)
        self.base = make_combo_box(name="ablation_base")
        self.base.setToolTip("The full row's settings: a recipe's, or those of a run of this project")
        self.changes = make_line_edit(name="ablation_changes", placeholder="e.g. steps: 100; lr: 3e-4")
        self.changes.setToolTip("Settings in which all rows differ from these")
        self.seeds = make_spin_box(1, MOST_SEEDS, _SEEDS, name="ablation_seeds")
        self.seeds.setToolTip("Runs a row: deviation, and what is noise, are told from two on")
        for field in (self.name, self.base, self.changes):
            field.setFixedWidth(_FIELD)
        self.seeds.setFixedWidth(90)
        self.rows = {row: make_check_box(name=f"row_{row}", checked=True) for row in ROWS}
        rows = QWidget()
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING // 2)
        for row, box in self.rows.items():
            what = QLabel(_WHAT[row])
            what.setProperty("look", "muted")
            what.setFont(small_font())
            line = QHBoxLayout()
            box.setMinimumWidth(150)
            line.addWidget(box)
            line.addWidget(what, 1)
            column.addLayout(line)
            box.toggled.connect(self._check)
        form = Form()
        for label, field in (
            ("Name", self.name),
            ("Settings of", self.base),
            ("changed in", self.changes),
            ("Rows", rows),
            ("Seeds", self.seeds),
        ):
            form.add(label, field)
        title = QLabel("New ablation")
        title.setProperty("look", "heading")
        what = make_label(
            "Each row is the same training with a part left out, once with each seed. Its runs wait for their turn "
            "in the queue (Train shows them), the window may be closed meanwhile, and the table fills as they end.",
            wrap=True,
        )
        what.setProperty("look", "muted")
        self.count = make_label(name="ablation_count")
        self.count.setProperty("look", "muted")
        self.fault = make_label(name="ablation_fault", wrap=True)
        self.start = make_button("Start", name="start_ablation")
        self.start.setProperty("look", "primary")
        back = make_button("Back", name="leave_ablation_form")
        foot = QHBoxLayout()
        foot.addWidget(self.count)
        foot.addStretch(1)
        foot.addWidget(back)
        foot.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        layout.setSpacing(SPACING)
        layout.addWidget(title)
        layout.addWidget(what)
        layout.addSpacing(SPACING)
        layout.addLayout(form)
        layout.addStretch(1)
        layout.addWidget(self.fault)
        layout.addLayout(foot)
        for changed in (self.name.textChanged, self.changes.textChanged, self.base.currentIndexChanged):
            changed.connect(self._check)
        self.seeds.valueChanged.connect(self._check)
        self.start.clicked.connect(lambda: self.asked.emit(self.ablation()))
        back.clicked.connect(self.left)

    def open_for(self, project: Path, taken: list[str], configs: Mapping[str, Mapping[str, Any]]) -> None:
        """Asks anew; ``taken`` are the names that ablations have, ``configs`` the settings of runs by their name."""
        self._project = project
        free = (name for name in ("ablation", *(f"ablation-{n}" for n in range(2, 1000))) if name not in taken)
        self._configs = {f"recipe {name}": config for name, config in RECIPES.items()}
        for name, settings in configs.items():
            try:
                self._configs[f"run {name}"] = TrainConfig.from_json(settings)
            except ConfigError:
                continue  # Of a newer version, or damaged: Train says which.
        with QSignalBlocker(self.base):
            self.base.clear()
            self.base.addItems(list(self._configs))
        self.name.setText(next(free, "ablation"))
        self._check()
        self.name.setFocus()

    def ablation(self) -> Ablation:
        """What is asked for as it stands; ConfigError or RunError, a sentence, where that cannot be."""
        if self._project is None:
            raise ConfigError("No project is open.")
        runs = grid_runs(self._configs[self.base.currentText()], parse_grid(self.changes.text()))
        if len(runs) > 1:
            raise ConfigError("All rows of an ablation share one value of each setting; give one.")
        rows = tuple(row for row, box in self.rows.items() if box.isChecked())
        return Ablation(self._project, self.name.text().strip(), runs[0].config, rows, self.seeds.value())

    def say(self, sentence: str) -> None:
        """Shows a fault where the work was asked for."""
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))

    def _check(self, *_: object) -> None:
        variant = self._configs.get(self.base.currentText(), RECIPES["demo"]).variant
        for row, box in self.rows.items():
            box.setText(row_label(row, variant))
        try:
            asked = self.ablation()
        except MsdnError as fault:
            self.say(str(fault))
            self.count.clear()
            self.start.setEnabled(False)
        else:
            self.say("")
            rows, seeds = len(asked.rows), asked.seeds
            runs = rows * seeds
            self.count.setText(
                f"{rows} {'row' if rows == 1 else 'rows'} × {seeds} {'seed' if seeds == 1 else 'seeds'}: "
                f"{runs:,} {'run' if runs == 1 else 'runs'} of {asked.config.steps:,} steps"
            )
            self.start.setEnabled(True)
