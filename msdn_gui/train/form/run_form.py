"""The form for a new run, made from the typed settings: recipe, ranges, units, help, and differences."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from msdn_core.errors import ConfigError
from msdn_core.installation import engine_command
from msdn_core.recipes.config import RECIPES, TrainConfig
from msdn_core.recipes.grid import GridRun, grid_runs, parse_grid
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.train.form.setting_editors import SettingEditor
from msdn_gui.widgets.build import (
    make_button,
    make_check_box,
    make_combo_box,
    make_label,
    make_line_edit,
    make_tool_button,
)


class _Row:
    """A setting's widgets in the grid."""

    def __init__(self, entry: Field[Any]) -> None:
        self.entry = entry
        self.label = QLabel(entry.metadata["label"])
        self.editor = SettingEditor(entry)
        self.label.setBuddy(self.editor)
        self.label.setToolTip(entry.metadata["help"])
        self.help = make_label(_help_text(entry), name=f"help_{entry.name}", wrap=True)
        self.help.setProperty("look", "muted")
        self.help.setFont(small_font())
        self.reset = make_tool_button(name=f"reset_{entry.name}")
        self.reset.setAccessibleName(f"Reset {entry.metadata['label']} to the recipe's value")
        self.reset.setAutoRaise(True)
        bind_icon(self.reset, "undo", "accent")
        self.reset.hide()

    def show(self, shown: bool) -> None:
        for widget in (self.label, self.editor, self.help):
            widget.setVisible(shown)
        if not shown:
            self.reset.hide()


class RunForm(QWidget):
    """``start_requested`` carries TrainConfig and name, which is empty if the recipe should name the run."""

    start_requested = Signal(object, str)
    queue_requested = Signal(list, str)
    """Runs to queue (``GridRun``), and their name."""
    left = Signal()
    load_requested = Signal()
    """Load settings from a file."""
    save_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("run_form")
        self.recipe = make_combo_box(name="recipe")
        self.recipe.addItems(list(RECIPES))
        self.name = make_line_edit(name="run_name", placeholder="named after the recipe")
        self.name.setMaxLength(80)
        self.recipe.setFixedWidth(180)
        self.name.setFixedWidth(180)
        self.more = make_check_box("More settings", name="more_settings")
        self.fault = make_label(name="form_fault", wrap=True)
        self.start = make_button("Start", name="start_run")
        self.start.setProperty("look", "primary")
        self.queue = make_button("Add to queue", name="queue_run")
        self.queue.setToolTip("Start when the runs before it have ended, even if one of them fails")
        self.grid_line = make_line_edit(name="run_grid", placeholder="e.g. lr: 1e-4, 3e-4; seed: 0, 1, 2")
        self.grid_line.setToolTip("Several values for some settings: one run per combination, added to the queue")
        self.count = make_label(name="run_count")
        self.count.setProperty("look", "muted")
        back = make_button("Back", name="leave_form")
        self._rows: dict[str, _Row] = {}
        self._headings: list[tuple[QLabel, str]] = []
        grid = self._grid()

        title = QLabel("New run")
        title.setProperty("look", "heading")
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch(1)
        self.load_button = make_button("Load settings …", name="load_settings")
        self.load_button.setToolTip("Load a saved file or a run's config.json")
        self.save_button = make_button("Save settings …", name="save_settings")
        self.save_button.setToolTip(f"Save a file for `{engine_command()} train --config FILE`")
        for button, requested in ((self.load_button, self.load_requested), (self.save_button, self.save_requested)):
            button.clicked.connect(requested)
            top.addWidget(button)
        head = QGridLayout()
        head.setHorizontalSpacing(2 * SPACING)
        head.setVerticalSpacing(SPACING)
        lines = (("Recipe", self.recipe), ("Name", self.name), ("Several runs", self.grid_line))
        for row, (text, widget) in enumerate(lines):
            label = QLabel(text)
            label.setBuddy(widget)
            head.addWidget(label, row, 0)
            head.addWidget(widget, row, 1)
        self.grid_line.setMinimumWidth(300)
        head.addWidget(self.count, len(lines) - 1, 2)
        head.setColumnMinimumWidth(0, 170)
        head.setColumnStretch(2, 1)
        inner = QWidget()
        inner.setProperty("look", "panel")
        inner_layout = QVBoxLayout(inner)
        inner_layout.setContentsMargins(0, 0, SPACING, 0)
        inner_layout.addLayout(grid)
        inner_layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        foot = QHBoxLayout()
        foot.addWidget(self.more)
        foot.addStretch(1)
        foot.addWidget(back)
        foot.addWidget(self.queue)
        foot.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        layout.setSpacing(SPACING)
        layout.addLayout(top)
        layout.addLayout(head)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.fault)
        layout.addLayout(foot)

        self.recipe.currentTextChanged.connect(lambda _: self.fill(RECIPES[self.recipe.currentText()]))
        self.more.toggled.connect(self._show_advanced)
        self.start.clicked.connect(self._request_start)
        self.queue.clicked.connect(lambda: self.queue_requested.emit(self.runs(), self.name.text().strip()))
        self.grid_line.textChanged.connect(self._check)
        back.clicked.connect(self.left)
        self.fill(RECIPES[self.recipe.currentText()])
        self._show_advanced(False)

    def config(self) -> TrainConfig:
        """Return the settings; raise ConfigError if they are not valid."""
        values: dict[str, Any] = {"recipe": self.recipe.currentText()}
        for name, row in self._rows.items():
            try:
                values[name] = row.editor.value()
            except ValueError as error:
                raise ConfigError(f"{row.label.text()} is not a number; enter a number.") from error
        return TrainConfig.from_json(values)

    def runs(self) -> list[GridRun]:
        """Return one run per combination of the grid's values; raise ConfigError like ``config``."""
        return grid_runs(self.config(), parse_grid(self.grid_line.text()))

    def load(self, config: TrainConfig) -> None:
        """Fill in the form with settings and their recipe."""
        with QSignalBlocker(self.recipe):
            self.recipe.setCurrentText(config.recipe)
        self.fill(config)
        # Settings that differ must not stay hidden.
        if any(self._differs(row) and row.entry.metadata["advanced"] for row in self._rows.values()):
            self.more.setChecked(True)

    def fill(self, config: TrainConfig) -> None:
        """Show settings."""
        for name, row in self._rows.items():
            row.editor.set_value(getattr(config, name))
        self._check()

    def show_fault(self, sentence: str) -> None:
        """Show why the run cannot be started."""
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * SPACING)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, 170)
        grid.setColumnMinimumWidth(2, 30)
        grid.setColumnStretch(3, 1)
        groups: dict[str, list[Field[Any]]] = {}
        for entry in fields(TrainConfig):
            if entry.name != "recipe" and len(entry.metadata["choices"]) != 1:
                groups.setdefault(entry.metadata["group"], []).append(entry)
        line = 0
        for group, entries in groups.items():
            heading = QLabel(group)
            heading.setProperty("look", "heading")
            heading.setContentsMargins(0, SPACING, 0, 0)
            grid.addWidget(heading, line, 0, 1, 4)
            self._headings.append((heading, group))
            line += 1
            for entry in entries:
                row = _Row(entry)
                self._rows[entry.name] = row
                grid.addWidget(row.label, line, 0)
                grid.addWidget(row.editor, line, 1)
                grid.addWidget(row.reset, line, 2)
                grid.addWidget(row.help, line, 3)
                row.editor.changed.connect(self._check)
                row.reset.clicked.connect(lambda _=False, name=entry.name: self._reset(name))
                line += 1
        return grid

    def _show_advanced(self, shown_all: bool) -> None:
        shown_groups = set()
        for row in self._rows.values():
            shown = shown_all or not row.entry.metadata["advanced"]
            row.show(shown)
            if shown:
                shown_groups.add(row.entry.metadata["group"])
        for heading, group in self._headings:
            heading.setVisible(group in shown_groups)
        self._check()

    def _reset(self, name: str) -> None:
        self._rows[name].editor.set_value(getattr(RECIPES[self.recipe.currentText()], name))
        self._check()

    def _check(self) -> None:
        recipe = RECIPES[self.recipe.currentText()]
        for name, row in self._rows.items():
            row.reset.setVisible(self._differs(row) and not row.editor.isHidden())
            row.reset.setToolTip(f"Differs from the recipe; reset to {getattr(recipe, name)}")
        try:
            runs = self.runs()
        except ConfigError as error:
            self.show_fault(str(error))
            self.count.clear()
            self.allow(False)
            self.save_button.setEnabled(False)
        else:
            self.show_fault("")
            self.save_button.setEnabled(True)
            self.count.setText(f"{len(runs):,} runs" if len(runs) > 1 else "")
            self.allow(True)

    def allow(self, is_valid: bool) -> None:
        """Enable the buttons; several runs can only be queued."""
        self.start.setText("Start")
        self.queue.setText("Add to queue")
        self.queue.setEnabled(is_valid)
        self.start.setEnabled(is_valid and not self.grid_line.text().strip())

    def wait(self, button: QPushButton) -> None:
        """Disable the buttons until the request is done; the keyboard stays in the form."""
        if button.hasFocus():
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.allow(False)
        button.setText("Starting …")

    def _differs(self, row: _Row) -> bool:
        try:
            return bool(row.editor.value() != getattr(RECIPES[self.recipe.currentText()], row.entry.name))
        except ValueError:
            return True

    def _request_start(self) -> None:
        self.start_requested.emit(self.config(), self.name.text().strip())


def _help_text(entry: Field[Any]) -> str:
    """Return what a setting means, and its range."""
    meta = entry.metadata
    if meta["maximum"] is None:
        return str(meta["help"])
    form = ",.0f" if isinstance(entry.default, int) else "g"
    return f"{meta['help']} From {meta['minimum']:{form}} to {meta['maximum']:{form}}."
