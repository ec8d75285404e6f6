"""The confusion matrix: what the images of each class are predicted as, and the images of each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.domain.display_names import class_text
from msdn_core.runs.figure_text import selection_text
from msdn_gui.evaluate.build import make_note
from msdn_gui.evaluate.errors.confusion_counts import ORDERS, ConfusionCounts, count_confusions, have_same_classes
from msdn_gui.evaluate.errors.confusion_plot import Cell, ConfusionPlot
from msdn_gui.evaluate.errors.error_images import ErrorImages
from msdn_gui.evaluate.runs.both_runs import positions_in_other
from msdn_gui.evaluate.runs.run_choice import DIFFERENCE, RunChoice
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_check_box, make_combo_box, make_row, without_margins
from msdn_gui.widgets.parted import BESIDE, parted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_gui.evaluate.runs.run_selection import RunSelection
    from msdn_gui.services import Services
    from msdn_gui.session import Session


class ConfusionPage(QWidget):
    """Rows are the classes that have test images, columns all classes; of two runs either, or their difference."""

    title = "Confusion"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._all_runs: RunSelection | None = None
        self._selection: RunSelection | None = None
        self._counts: ConfusionCounts | None = None
        self.runs = RunChoice("confusion_run", (DIFFERENCE, "{second} minus {first}"))
        self.order = make_combo_box(name="confusion_order", accessible="Order of the classes")
        self.order.addItems(ORDERS)
        self.errors_only = make_check_box("Errors only", name="errors_only")
        self.errors_only.setToolTip("Hide correct predictions, so that errors are easier to see")
        self.readout = make_note("confusion_readout")
        self.readout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.readout.setMinimumHeight(34)
        self.plot = ConfusionPlot()
        self.images = ErrorImages(session, services)
        self._lay_out()
        self.plot.selected.connect(self._on_cell_selected)
        self.plot.pointed.connect(lambda cell: self._update_readout(cell if cell is not None else self.plot.cell))
        self.runs.currentIndexChanged.connect(lambda _: self._refresh())
        self.order.currentIndexChanged.connect(lambda _: self._refresh())
        self.errors_only.toggled.connect(lambda _: self._refresh())

    @property
    def cell(self) -> Cell | None:
        """Row and column of the selected cell, in the order that is shown."""
        return self.plot.cell

    def show_runs(self, selection: RunSelection) -> None:
        """Show the confusions of a run; of two runs those of the chosen one, or their difference."""
        before, self._all_runs = self._all_runs, selection
        self.runs.show_runs(selection)
        if before is not None and before.is_like(selection):
            return
        self._refresh()
        if before is None or before.run.table.classes != selection.run.table.classes:
            self.plot.show_all()

    def cell_at(self, true_class: str, predicted: str) -> QPointF:
        """Return the position of a cell in the coordinates of the plot widget."""
        if self._selection is None or self._counts is None:
            return QPointF()
        index = self._selection.run.table.class_index
        row = int(np.flatnonzero(self._counts.rows == index[true_class])[0])
        return self.plot.position_of((row, int(np.flatnonzero(self._counts.columns == index[predicted])[0])))

    def _lay_out(self) -> None:
        head = make_row(self.runs, self.order, self.errors_only)
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.addStretch(1)
        texts = make_row(self.readout)
        texts.setContentsMargins(SPACING, 0, SPACING, 0)
        left = QWidget()
        column = without_margins(QVBoxLayout(left), SPACING // 2)
        column.addLayout(head)
        column.addLayout(texts)
        column.addWidget(self.plot, 1)
        self.setLayout(make_row(parted("evaluate_confusion", BESIDE, left, self.images, sizes=[560, 400])))

    def _refresh(self) -> None:
        if self._all_runs is None:
            return
        selection = self._selection = self.runs.apply(self._all_runs)
        compare = self.runs.choice == DIFFERENCE
        counts = self._counts = count_confusions(selection, self.order.currentIndex(), compare=compare)
        shares = counts.shares(errors_only=self.errors_only.isChecked())
        self.plot.show_matrix(
            shares, selection.run.table, counts.rows, counts.columns, is_difference=counts.other is not None
        )

    def _on_cell_selected(self, cell: Cell | None) -> None:
        self._update_readout(cell)
        selection, counts = self._selection, self._counts
        if selection is None or counts is None:
            return
        if cell is None:
            self.images.show_images(selection, np.zeros(0, np.intp), "Select a cell to see its images")
            return
        row, column = int(counts.rows[cell[0]]), int(counts.columns[cell[1]])
        positions = _images_of_cell(selection, row, column, compare=counts.other is not None)
        self.images.show_images(selection, positions, _cell_text(selection, counts, row, column))

    def _update_readout(self, cell: Cell | None) -> None:
        selection, counts = self._selection, self._counts
        if selection is None or counts is None:
            return
        run, other = selection.run, selection.other
        if cell is not None:
            row, column = int(counts.rows[cell[0]]), int(counts.columns[cell[1]])
            self.readout.setText(_cell_text(selection, counts, row, column))
            return
        text = "Rows: true classes. Columns: predictions. Click a cell to see its images."
        if counts.other is not None and other is not None:
            text = f"Blue: more frequent in {run.name}. Yellow: more frequent in {other.name}."
        elif self.runs.choice == DIFFERENCE and other is not None and not have_same_classes(run, other):
            text = f"{other.name} was tested on other classes, so only {run.name} is shown."
        self.readout.setText(f"{text} {selection_text(run, selection.choice).capitalize()}.")


def _images_of_cell(selection: RunSelection, row: int, column: int, *, compare: bool) -> NDArray[np.intp]:
    """Return the positions of a cell's images; with ``compare`` those that are in the cell of one run only."""
    run, other = selection.run, selection.other
    is_in_cell = (run.labels == row) & (run.predictions(selection.gamma) == column)
    if compare and other is not None:
        positions = positions_in_other(run, other)
        by_other = (positions >= 0) & (run.labels == row)
        by_other &= other.predictions(selection.other_gamma)[positions] == column
        is_in_cell = is_in_cell != by_other
    return np.flatnonzero(is_in_cell)


def _cell_text(selection: RunSelection, counts: ConfusionCounts, row: int, column: int) -> str:
    run = selection.run
    true_class, predicted = (class_text(run.table.classes[one]) for one in (row, column))
    what = f"{true_class} predicted correctly" if row == column else f"{true_class} predicted as {predicted}"
    text = f"{what}: {int(counts.counts[row, column]):,} of {int(counts.counts[row].sum()):,}"
    if counts.other is None or selection.other is None:
        return text
    theirs = f"{int(counts.other[row, column]):,} of {int(counts.other[row].sum()):,}"
    return f"{text} by {run.name}, {theirs} by {selection.other.name}"
