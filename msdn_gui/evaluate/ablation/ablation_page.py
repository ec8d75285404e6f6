"""An ablation as it stands: its table, which fills as runs end, the runs behind a row, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from msdn_core.recipes.ablation import Ablation, row_label
from msdn_core.recipes.ablation_report import as_csv, markdown, picture
from msdn_core.recipes.config import RECIPES
from msdn_core.runs.status import RunState, RunStatus
from msdn_gui.evaluate.ablation.ablation_tables import AGAINST, NAME, SEEDS, CellTable, RowTable, state_words
from msdn_gui.evaluate.ablation.ablations import Ablations, Standing
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.widgets.action import belongs_to, make_action
from msdn_gui.widgets.build import make_button, make_label, make_progress_bar
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.item_table import ItemTable
from msdn_gui.widgets.parted import ABOVE, parted
from msdn_gui.widgets.table_delegates import BarDelegate, TextDelegate

_WRITERS = {".csv": as_csv, ".md": markdown, ".svg": picture}
_FILTER = "CSV (*.csv);;Markdown (*.md);;SVG picture (*.svg)"


class AblationPage(QWidget):
    """Shows what ``Ablations`` reads of the chosen one."""

    run_chosen = Signal(object, bool)
    """The directory of a run that was clicked, and whether it is finished."""

    def __init__(self, ablations: Ablations) -> None:
        super().__init__()
        self.setObjectName("ablation_page")
        self._ablations = ablations
        self._standing: Standing | None = None
        self._row = "full"
        self.name = ElidedLabel(name="ablation_title")
        self.name.setProperty("look", "heading")
        self.stop = _button("Stop", "stop_ablation", "stop", "The run at work keeps its checkpoint; it can go on later")
        self.go_on = _button("Go on", "go_on_ablation", "play", "What is not finished waits for its turn again")
        self.copy = _button("Copy", "copy_ablation", "copy", "The table as Markdown, with what made it")
        self.export = _button("Export …", "export_ablation", "export", "The table as CSV or Markdown, or its picture")
        self.state = make_label(name="ablation_state", wrap=True)
        self.state.setProperty("look", "muted")
        self.bar = make_progress_bar(name="ablation_progress")
        self.model, self.cells = RowTable(), CellTable()
        numbers = dict.fromkeys(range(1, SEEDS), 96)
        self.table = ItemTable(self.model, "ablation_table", widths={**numbers, AGAINST: 112, SEEDS: 72}, stretch=NAME)
        self.table.setAccessibleName("Rows of the ablation")
        self.table.setItemDelegateForColumn(NAME, TextDelegate(self.table))
        for column in range(1, SEEDS + 1):
            self.table.setItemDelegateForColumn(column, BarDelegate(self.table))
        widths = {1: 60, 2: 130, **dict.fromkeys((3, 4, 5, 6), 70)}
        self.runs = ItemTable(self.cells, "ablation_runs", widths=widths, stretch=0)
        for column in range(self.cells.columnCount()):
            delegate = BarDelegate if column in self.cells.numeric else TextDelegate
            self.runs.setItemDelegateForColumn(column, delegate(self.runs))
        self.facts = _small("ablation_facts")
        self.findings = make_label(name="ablation_findings", wrap=True)
        self.of_row = make_label(name="ablation_row")
        self.of_row.setProperty("look", "heading")
        self.hint = _small("ablation_hint")
        self.hint.setText("A click on a finished run shows it here; on another one, in Train.")
        self._compose()
        copied = make_action(self, "evaluate_copy_ablation", "Copy the table", "Ctrl+Shift+C", self._copy, sign="copy")
        belongs_to(copied, "Ablation")
        for asked, do in (
            (self.copy.clicked, self._copy),
            (self.export.clicked, self._ask_for_file),
            (self.stop.clicked, lambda: self._with_chosen(ablations.stop)),
            (self.go_on.clicked, lambda: self._with_chosen(ablations.start)),
        ):
            asked.connect(lambda *_, do=do: do())
        self.table.chosen.connect(self._choose_row)
        self.runs.clicked.connect(lambda index: self._choose_run(self.cells.item_at(index.row())))
        self.runs.activated.connect(lambda index: self._choose_run(self.cells.item_at(index.row())))
        ablations.read.connect(self._show)

    def _compose(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        for button in (self.stop, self.go_on, self.copy, self.export):
            head.addWidget(button)
        upper, lower = QWidget(), QWidget()
        above, below = QVBoxLayout(upper), QVBoxLayout(lower)
        for layout in (above, below):
            layout.setContentsMargins(0, 0, 0, SPACING // 2)
            layout.setSpacing(SPACING // 2)
        above.addWidget(self.table, 1)
        below.setContentsMargins(SPACING, SPACING, SPACING, 0)
        below.addWidget(self.of_row)
        below.addWidget(self.hint)
        below.addWidget(self.runs, 1)
        split = parted("evaluate_ablation", ABOVE, upper, lower, sizes=[260, 200])
        words = QVBoxLayout()
        words.setContentsMargins(SPACING, SPACING, SPACING, 0)
        words.setSpacing(SPACING // 2)
        words.addLayout(head)
        for widget in (self.state, self.bar, self.facts, self.findings):
            words.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addLayout(words)
        layout.addWidget(split, 1)

    def _show(self, standing: Standing | None) -> None:
        self._standing = standing
        there = standing is not None
        for button in (self.copy, self.export):
            button.setEnabled(there)
        self.stop.setVisible(standing is not None and standing.is_going)
        self.go_on.setVisible(standing is not None and not standing.is_going and not standing.is_done)
        self.model.show_standing(standing)
        if standing is None:
            self.name.setText(self._ablations.chosen or "")
            self.state.setText(self._ablations.fault)
            self.facts.clear()
            self.findings.hide()
            self.bar.hide()
            self.cells.show_cells([])
            return
        ablation, report = standing.ablation, standing.report
        self.name.setText(ablation.name)
        self.state.setText(_state(standing))
        self.bar.setVisible(standing.is_going)
        self.bar.setRange(0, sum(max(cell.config.steps, 1) for cell, _ in standing.cells))
        self.bar.setValue(sum(_steps_done(cell.config.steps, status) for cell, status in standing.cells))
        recipe = RECIPES.get(ablation.config.recipe)
        base = recipe.to_json() if recipe is not None else {}
        changed = [f"{name}={value}" for name, value in ablation.config.to_json().items() if base.get(name) != value]
        said = f"recipe {ablation.config.recipe}" + (f", changed in {', '.join(changed)}" if changed else "")
        spread = "mean ± standard deviation over seeds" if ablation.seeds > 1 else "one seed"
        self.facts.setText(f"Per cent, {spread}; {report.caption}; {said}, variant {ablation.config.variant}.")
        self.findings.setText(" ".join(report.findings))
        self.findings.setVisible(bool(report.findings))
        if self._row not in ablation.rows:
            self._row = ablation.rows[-1]
        self._show_row()

    def _show_row(self) -> None:
        if self._standing is None:
            return
        rows = self._standing.ablation.rows
        self.table.show_item(rows.index(self._row))
        self.of_row.setText(f"Runs of {row_label(self._row, self._standing.ablation.config.variant)}")
        self.cells.show_cells([(cell, status) for cell, status in self._standing.cells if cell.row == self._row])

    def _choose_row(self, item: int) -> None:
        self._row = self.model.row_name(item)
        self._show_row()

    def _choose_run(self, item: int) -> None:
        run, status = self.cells.run_of(item)
        if status is not None:
            self.run_chosen.emit(run, status.state is RunState.FINISHED)

    def _with_chosen(self, do: Callable[[Ablation], None]) -> None:
        if self._standing is not None:
            do(self._standing.ablation)

    def _copy(self) -> None:
        if self._standing is not None:
            QGuiApplication.clipboard().setText(markdown(self._standing.report))

    def _ask_for_file(self) -> None:
        if self._standing is None:
            return
        dialog = QFileDialog(self, "Export the ablation")
        dialog.setObjectName("ablation_file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(_FILTER)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"{self._standing.ablation.name}.csv")
        dialog.filterSelected.connect(lambda words: dialog.setDefaultSuffix(words.split("*.")[1].rstrip(")")))
        dialog.fileSelected.connect(lambda text: self._write(Path(text)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, file: Path) -> None:
        if self._standing is None:
            return
        report, writer = self._standing.report, _WRITERS.get(file.suffix.lower())
        if writer is None:
            file, writer = file.with_name(f"{file.name}.csv"), as_csv
        self._ablations.write(file, lambda: writer(report))


def _state(standing: Standing) -> str:
    done = standing.count(lambda state: state is RunState.FINISHED)
    said = [f"{done} of {len(standing.cells)} runs are finished"]
    variant = standing.ablation.config.variant
    for cell, status in standing.cells:
        if status is not None and status.state.alive:
            said.append(f"{row_label(cell.row, variant)}, seed {cell.seed}: {state_words(status)}")
    waiting = standing.count(lambda state: state is RunState.QUEUED)
    if waiting:
        said.append(f"{waiting} wait" + (": the queue is held in Train" if standing.held else ""))
    failed = standing.count(lambda state: state in (RunState.FAILED, RunState.LOST))
    if failed:
        said.append(f"{failed} failed or lost")
    return " · ".join(said)


def _steps_done(steps: int, status: RunStatus | None) -> int:
    if status is None:
        return 0
    return steps if status.state is RunState.FINISHED else min(status.step, steps)


def _button(text: str, name: str, sign: str, tip: str) -> QPushButton:
    made = make_button(text, name=name, tip=tip)
    bind_icon(made, sign)
    return made


def _small(name: str) -> QLabel:
    made = make_label(name=name, wrap=True)
    made.setProperty("look", "muted")
    made.setFont(small_font())
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made
