"""The selected ablation: its table, which fills as runs finish, the runs of a row, and the actions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPushButton, QVBoxLayout, QWidget

from msdn_core.recipes.ablation import Ablation, row_label
from msdn_core.recipes.ablation_report import as_csv, markdown, picture
from msdn_core.recipes.config import RECIPES
from msdn_core.runs.status import RunState, RunStatus
from msdn_gui.actions.bind import ActionSet, set_reason
from msdn_gui.evaluate.ablation.ablation_tables import AGAINST, NAME, SEEDS, CellTable, RowTable, state_text
from msdn_gui.evaluate.actions import ABLATION_ACTIONS
from msdn_gui.evaluate.build import follow_action, make_note
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_column, make_label, make_progress_bar, make_row, without_margins
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.parted import ABOVE, parted
from msdn_gui.widgets.tables.item_table import ItemTable
from msdn_gui.widgets.tables.table_delegates import BarDelegate, TextDelegate

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_gui.evaluate.ablation.ablations import AblationProgress, Ablations

_WRITERS = {".csv": as_csv, ".md": markdown, ".svg": picture}
_FILTER = "CSV (*.csv);;Markdown (*.md);;SVG picture (*.svg)"


class AblationPage(QWidget):
    """Shows the selected one of ``Ablations``."""

    run_selected = Signal(object, bool)
    """The directory of a run, and whether the run is finished."""

    def __init__(self, ablations: Ablations) -> None:
        super().__init__()
        self.setObjectName("ablation_page")
        self._ablations = ablations
        self._progress: AblationProgress | None = None
        self._row = "full"
        self._make_head()
        self._make_tables()
        self._lay_out()
        self._actions = ActionSet(self, ABLATION_ACTIONS, {"evaluate.copy_ablation": self._copy})
        follow_action(self.copy, self._actions["evaluate.copy_ablation"], "copy")
        self.export.clicked.connect(lambda: self._ask_for_file())
        self.stop.clicked.connect(lambda: self._call_with_ablation(ablations.stop))
        self.resume.clicked.connect(lambda: self._call_with_ablation(ablations.start))
        self.table.chosen.connect(self._on_row_selected)
        self.runs.clicked.connect(lambda index: self._select_run(self.cells.item_at(index.row())))
        self.runs.activated.connect(lambda index: self._select_run(self.cells.item_at(index.row())))
        ablations.read.connect(self._show)

    def _make_head(self) -> None:
        self.name = ElidedLabel(name="ablation_title")
        self.name.setProperty("look", "heading")
        self.stop = _make_button(
            "Stop ablation", "stop_ablation", "stop", "Stop the running run, which keeps its checkpoint, and the queue"
        )
        self.resume = _make_button("Resume ablation", "go_on_ablation", "play", "Queue the unfinished runs again")
        self.copy = make_button("Copy table", name="copy_ablation")
        self.export = _make_button(
            "Export table …", "export_ablation", "export", "Save the table as CSV or Markdown, or as a picture"
        )
        self.state = make_label(name="ablation_state", wrap=True)
        self.state.setProperty("look", "muted")
        self.bar = make_progress_bar(name="ablation_progress")
        self.facts = make_note("ablation_facts")
        self.findings = make_label(name="ablation_findings", wrap=True)

    def _make_tables(self) -> None:
        self.model, self.cells = RowTable(), CellTable()
        numbers = dict.fromkeys(range(1, SEEDS), 96)
        self.table = ItemTable(self.model, "ablation_table", widths={**numbers, AGAINST: 124, SEEDS: 72}, stretch=NAME)
        self.table.setAccessibleName("Rows of the ablation")
        self.table.setItemDelegateForColumn(NAME, TextDelegate(self.table))
        for column in range(1, SEEDS + 1):
            self.table.setItemDelegateForColumn(column, BarDelegate(self.table))
        widths = {1: 60, 2: 130, **dict.fromkeys((3, 4, 5, 6), 70)}
        self.runs = ItemTable(self.cells, "ablation_runs", widths=widths, stretch=0)
        self.runs.setAccessibleName("Runs of the row")
        for column in range(self.cells.columnCount()):
            delegate = BarDelegate if column in self.cells.numeric else TextDelegate
            self.runs.setItemDelegateForColumn(column, delegate(self.runs))
        self.row_title = make_label(name="ablation_row")
        self.row_title.setProperty("look", "heading")
        self.hint = make_note("ablation_hint")
        self.hint.setText("Click a finished run to see its results here, and any other to see it in Train.")

    def _lay_out(self) -> None:
        head = make_row(self.name, self.stop, self.resume, self.copy, self.export)
        head.setStretch(0, 1)
        upper, lower = QWidget(), QWidget()
        above = make_column(self.table, spacing=SPACING // 2)
        above.setContentsMargins(0, 0, 0, SPACING // 2)
        upper.setLayout(above)
        below = make_column(self.row_title, self.hint, self.runs, spacing=SPACING // 2)
        below.setContentsMargins(SPACING, SPACING, SPACING, 0)
        below.setStretch(2, 1)
        lower.setLayout(below)
        texts = make_column(head, self.state, self.bar, self.facts, self.findings, spacing=SPACING // 2)
        texts.setContentsMargins(SPACING, SPACING, SPACING, 0)
        layout = without_margins(QVBoxLayout(self), SPACING)
        layout.addLayout(texts)
        layout.addWidget(parted("evaluate_ablation", ABOVE, upper, lower, sizes=[260, 200]), 1)

    def _show(self, progress: AblationProgress | None) -> None:
        self._progress = progress
        is_readable = progress is not None
        set_reason(self._actions["evaluate.copy_ablation"], "" if is_readable else "This ablation cannot be read.")
        self.export.setEnabled(is_readable)
        self.stop.setVisible(progress is not None and progress.is_active)
        self.resume.setVisible(progress is not None and not progress.is_active and not progress.is_done)
        self.model.show_progress(progress)
        if progress is None:
            self.name.setText(self._ablations.selected or "")
            self.state.setText(self._ablations.fault)
            self.facts.clear()
            self.findings.hide()
            self.bar.hide()
            self.cells.show_cells([])
            return
        ablation, report = progress.ablation, progress.report
        self.name.setText(ablation.name)
        self.state.setText(_progress_text(progress))
        self.bar.setVisible(progress.is_active)
        self.bar.setRange(0, sum(max(cell.config.steps, 1) for cell, _ in progress.cells))
        self.bar.setValue(sum(_steps_done(cell.config.steps, status) for cell, status in progress.cells))
        self.facts.setText(_facts(progress))
        self.findings.setText(" ".join(report.findings))
        self.findings.setVisible(bool(report.findings))
        if self._row not in ablation.rows:
            self._row = ablation.rows[-1]
        self._show_row()

    def _show_row(self) -> None:
        if self._progress is None:
            return
        rows = self._progress.ablation.rows
        self.table.show_item(rows.index(self._row))
        self.row_title.setText(f"Runs of {row_label(self._row, self._progress.ablation.config.variant)}")
        self.cells.show_cells([(cell, status) for cell, status in self._progress.cells if cell.row == self._row])

    def _on_row_selected(self, item: int) -> None:
        self._row = self.model.row_name(item)
        self._show_row()

    def _select_run(self, item: int) -> None:
        run, status = self.cells.run_of(item)
        if status is not None:
            self.run_selected.emit(run, status.state is RunState.FINISHED)

    def _call_with_ablation(self, method: Callable[[Ablation], None]) -> None:
        if self._progress is not None:
            method(self._progress.ablation)

    def _copy(self) -> None:
        if self._progress is not None:
            QGuiApplication.clipboard().setText(markdown(self._progress.report))

    def _ask_for_file(self) -> None:
        if self._progress is None:
            return
        dialog = QFileDialog(self, "Export table")
        dialog.setObjectName("ablation_file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(_FILTER)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"{self._progress.ablation.name}.csv")
        dialog.filterSelected.connect(lambda text: dialog.setDefaultSuffix(text.split("*.")[1].rstrip(")")))
        dialog.fileSelected.connect(lambda text: self._write(Path(text)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, file: Path) -> None:
        if self._progress is None:
            return
        report, writer = self._progress.report, _WRITERS.get(file.suffix.lower())
        if writer is None:
            file, writer = file.with_name(f"{file.name}.csv"), as_csv
        self._ablations.write(file, lambda: writer(report))


def _progress_text(progress: AblationProgress) -> str:
    finished = progress.count(lambda state: state is RunState.FINISHED)
    parts = [f"{finished} of {len(progress.cells)} runs finished"]
    variant = progress.ablation.config.variant
    for cell, status in progress.cells:
        if status is not None and status.state.alive:
            parts.append(f"{row_label(cell.row, variant)}, seed {cell.seed}: {state_text(status)}")
    queued = progress.count(lambda state: state is RunState.QUEUED)
    if queued:
        parts.append(f"{queued} queued" + (", but the queue is held in Train" if progress.is_held else ""))
    failed = progress.count(lambda state: state in (RunState.FAILED, RunState.LOST))
    if failed:
        parts.append(f"{failed} failed or lost")
    return " · ".join(parts)


def _facts(progress: AblationProgress) -> str:
    ablation = progress.ablation
    recipe = RECIPES.get(ablation.config.recipe)
    base = recipe.to_json() if recipe is not None else {}
    changes = [f"{name}={value}" for name, value in ablation.config.to_json().items() if base.get(name) != value]
    settings = f"recipe {ablation.config.recipe}" + (f" with {', '.join(changes)}" if changes else "")
    spread = "mean ± standard deviation over seeds" if ablation.seeds > 1 else "one seed"
    return f"Per cent, {spread}; {progress.report.caption}; {settings}, variant {ablation.config.variant}."


def _steps_done(steps: int, status: RunStatus | None) -> int:
    if status is None:
        return 0
    return steps if status.state is RunState.FINISHED else min(status.step, steps)


def _make_button(text: str, name: str, icon: str, tip: str) -> QPushButton:
    made = make_button(text, name=name, tip=tip)
    bind_icon(made, icon)
    return made
