"""The form of a new ablation: rows, seeds, and the settings that all of its runs share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

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
    make_row,
    make_spin_box,
    without_margins,
)
from msdn_gui.widgets.form import Form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SEEDS = 3
_FIELD_WIDTH = 260
_DESCRIPTIONS = {
    "baseline": "Average-pooled feature and one linear map, without attention",
    "ava": "Attribute → visual alone",
    "vaa": "Visual → attribute alone",
    "no_distillation": "Both sub-nets, without distillation",
    "no_jsd": "Distillation by the distance of logits alone",
    "no_l2": "Distillation by the divergence alone",
    "full": "The whole network and loss",
}
_INTRODUCTION = (
    "Each row is the same training with one part left out, repeated with each seed. The runs are queued in Train and "
    "continue if you close the window; the table fills as they finish."
)


class AblationForm(QWidget):
    """``submitted`` carries the ablation to start."""

    submitted = Signal(object)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("ablation_form")
        self._project: Path | None = None
        self._configs: dict[str, TrainConfig] = {}
        self._make_fields()
        self.count = make_label(name="ablation_count")
        self.count.setProperty("look", "muted")
        self.fault = make_label(name="ablation_fault", wrap=True)
        self.start = make_button("Start ablation", name="start_ablation")
        self.start.setProperty("look", "primary")
        self.cancel = make_button("Cancel", name="leave_ablation_form")
        self._lay_out()
        for changed in (self.name.textChanged, self.changes.textChanged, self.base.currentIndexChanged):
            changed.connect(self._check)
        for box in self.rows.values():
            box.toggled.connect(self._check)
        self.seeds.valueChanged.connect(self._check)
        self.start.clicked.connect(lambda: self.submitted.emit(self.ablation()))
        self.cancel.clicked.connect(self.cancelled)

    def _make_fields(self) -> None:
        self.name = make_line_edit(name="ablation_name")
        self.name.setMaxLength(50)
        self.base = make_combo_box(name="ablation_base")
        self.base.setToolTip("Settings of the full row: those of a recipe, or of a run of this project")
        self.changes = make_line_edit(name="ablation_changes", placeholder="For example steps: 100; lr: 3e-4")
        self.changes.setToolTip("Settings that all rows change")
        self.seeds = make_spin_box(1, MOST_SEEDS, _SEEDS, name="ablation_seeds")
        self.seeds.setToolTip("Runs per row; standard deviation and noise need at least two")
        self.name.setFixedWidth(_FIELD_WIDTH)
        self.base.setFixedWidth(_FIELD_WIDTH)
        self.changes.setFixedWidth(_FIELD_WIDTH)
        self.seeds.setFixedWidth(90)
        self.rows = {row: make_check_box(name=f"row_{row}", checked=True) for row in ROWS}

    def _make_rows(self) -> QWidget:
        rows = QWidget()
        column = without_margins(QVBoxLayout(rows), SPACING // 2)
        for row, box in self.rows.items():
            description = QLabel(_DESCRIPTIONS[row])
            description.setProperty("look", "muted")
            description.setFont(small_font())
            box.setMinimumWidth(150)
            line = make_row(box, description)
            line.setStretch(1, 1)
            column.addLayout(line)
        return rows

    def _lay_out(self) -> None:
        form = Form()
        form.add("Name", self.name)
        form.add("Base settings", self.base)
        form.add("Changes", self.changes)
        form.add("Rows", self._make_rows())
        label = form.itemAtPosition(form.rowCount() - 1, 0)
        if label is not None:
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        form.add("Seeds", self.seeds)
        title = QLabel("New ablation")
        title.setProperty("look", "heading")
        introduction = make_label(_INTRODUCTION, wrap=True)
        introduction.setProperty("look", "muted")
        foot = make_row(self.count, self.cancel, self.start)
        foot.insertStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        layout.setSpacing(SPACING)
        layout.addWidget(title)
        layout.addWidget(introduction)
        layout.addSpacing(SPACING)
        layout.addLayout(form)
        layout.addStretch(1)
        layout.addWidget(self.fault)
        layout.addLayout(foot)

    def open_for(self, project: Path, names: list[str], configs: Mapping[str, Mapping[str, Any]]) -> None:
        """Start a new form; ``names`` are those of existing ablations, ``configs`` the settings of runs by name."""
        self._project = project
        free = (name for name in ("ablation", *(f"ablation-{n}" for n in range(2, 1000))) if name not in names)
        self._configs = {f"Recipe {name}": config for name, config in RECIPES.items()}
        for name, settings in configs.items():
            try:
                self._configs[f"Run {name}"] = TrainConfig.from_json(settings)
            except ConfigError:
                continue  # Damaged or of a newer version; Train says which.
        with QSignalBlocker(self.base):
            self.base.clear()
            self.base.addItems(list(self._configs))
        self.name.setText(next(free, "ablation"))
        self._check()
        self.name.setFocus()

    def ablation(self) -> Ablation:
        """Return the ablation that the form describes; raise ConfigError or RunError if it is not valid."""
        if self._project is None:
            raise ConfigError("No project is open.")
        runs = grid_runs(self._configs[self.base.currentText()], parse_grid(self.changes.text()))
        if len(runs) > 1:
            raise ConfigError("All rows of an ablation share one value per setting. Enter a single value.")
        rows = tuple(row for row, box in self.rows.items() if box.isChecked())
        return Ablation(self._project, self.name.text().strip(), runs[0].config, rows, self.seeds.value())

    def show_fault(self, sentence: str) -> None:
        """Show why the ablation cannot be started; empty hides it."""
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))

    def _check(self) -> None:
        """Label the rows for the variant, and show how many runs there will be or what is not valid."""
        variant = self._configs.get(self.base.currentText(), RECIPES["demo"]).variant
        for row, box in self.rows.items():
            box.setText(row_label(row, variant))
        try:
            ablation = self.ablation()
        except MsdnError as fault:
            self.show_fault(str(fault))
            self.count.clear()
            self.start.setEnabled(False)
            return
        self.show_fault("")
        rows, seeds = len(ablation.rows), ablation.seeds
        runs = rows * seeds
        self.count.setText(
            f"{rows} {'row' if rows == 1 else 'rows'} × {seeds} {'seed' if seeds == 1 else 'seeds'}: "
            f"{runs:,} {'run' if runs == 1 else 'runs'} of {ablation.config.steps:,} steps"
        )
        self.start.setEnabled(True)
