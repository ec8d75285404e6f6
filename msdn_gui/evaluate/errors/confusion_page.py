"""The confusion matrix: what the images of each class were taken for, and behind every cell its images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from msdn_core.runs.figure_text import selection_text
from msdn_gui.evaluate.errors.confusion_counts import ORDERS, ConfusionCounts, comparable, counts_of
from msdn_gui.evaluate.errors.confusion_plot import Cell, ConfusionPlot
from msdn_gui.evaluate.errors.found_errors import FoundErrors
from msdn_gui.evaluate.runs.both_runs import places_in_other
from msdn_gui.evaluate.runs.page import Shown
from msdn_gui.evaluate.runs.run_choice import DIFFERENCE, RunChoice
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_check_box, make_combo_box, make_label
from msdn_gui.widgets.parted import BESIDE, parted

if TYPE_CHECKING:
    from msdn_gui.services import Services


class ConfusionPage(QWidget):
    """Rows are classes that have test images, columns all classes; of two runs either, or what lies between them."""

    title = "Confusion"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._given: Shown | None = None
        self._shown: Shown | None = None
        self._found: ConfusionCounts | None = None
        self.runs = RunChoice("confusion_run", (DIFFERENCE, "{second} less {first}"))
        self.order = make_combo_box(name="confusion_order")
        self.order.addItems(ORDERS)
        self.order.setAccessibleName("Order of the classes")
        self.errors_only = make_check_box("Errors only", name="errors_only")
        self.errors_only.setToolTip("Leave out what was told rightly, so that the rest is seen better")
        self.readout = make_label(name="confusion_readout", wrap=True)
        self.readout.setProperty("look", "muted")
        self.readout.setFont(small_font())
        self.readout.setMinimumHeight(34)
        self.readout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.plot = ConfusionPlot()
        self.images = FoundErrors(session, services)
        self._compose()
        self.plot.chosen.connect(self._choose)
        self.plot.pointed.connect(lambda cell: self._say(cell if cell is not None else self.plot.cell))
        self.runs.currentIndexChanged.connect(self._draw)
        self.order.currentIndexChanged.connect(self._draw)
        self.errors_only.toggled.connect(self._draw)

    @property
    def cell(self) -> Cell | None:
        """Row and column of the chosen cell, in the order that is shown."""
        return self.plot.cell

    def show_runs(self, shown: Shown) -> None:
        """Shows what a run takes for what; of two runs what the chosen one does, or by how much they differ."""
        before, self._given = self._given, shown
        self.runs.show_runs(shown)
        if before is not None and before.looks_like(shown):
            return
        self._draw()
        if before is None or before.run.table.classes != shown.run.table.classes:
            self.plot.show_all()

    def cell_at(self, own: str, taken_for: str) -> QPointF:
        """Where a cell stands, in the coordinates of the plot widget."""
        assert self._shown is not None
        assert self._found is not None
        index = self._shown.run.table.class_index
        row = int(np.flatnonzero(self._found.rows == index[own])[0])
        return self.plot.place_of((row, int(np.flatnonzero(self._found.columns == index[taken_for])[0])))

    def _compose(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        for widget in (self.runs, self.order, self.errors_only):
            head.addWidget(widget)
        head.addStretch(1)
        words = QHBoxLayout()
        words.setContentsMargins(SPACING, 0, SPACING, 0)
        words.addWidget(self.readout)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING // 2)
        column.addLayout(head)
        column.addLayout(words)
        column.addWidget(self.plot, 1)
        split = parted("evaluate_confusion", BESIDE, left, self.images, sizes=[560, 400])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    def _draw(self, *_: object) -> None:
        if self._given is None:
            return
        shown = self._shown = self.runs.of(self._given)
        between = self.runs.choice == DIFFERENCE
        found = self._found = counts_of(shown, self.order.currentIndex(), between=between)
        values = found.shown(errors_only=self.errors_only.isChecked())
        self.plot.show_matrix(values, shown.run.table, found.rows, found.columns, two=found.other is not None)

    def _choose(self, cell: Cell | None) -> None:
        self._say(cell)
        shown, found = self._shown, self._found
        if shown is None or found is None:
            return
        if cell is None:
            self.images.show_images(shown, np.zeros(0, np.intp), "Choose a cell to see its images")
            return
        own, other = int(found.rows[cell[0]]), int(found.columns[cell[1]])
        self.images.show_images(shown, self._places(shown, own, other), self._words(own, other))

    def _places(self, shown: Shown, own: int, taken_for: int) -> NDArray[np.intp]:
        """The images of a cell; of two runs those that are in one's and not in the other's."""
        run = shown.run
        mine = (run.labels == own) & (run.predictions(shown.gamma) == taken_for)
        if self._found is not None and self._found.other is not None and shown.other is not None:
            places = places_in_other(run, shown.other)
            theirs = (places >= 0) & (run.labels == own)
            theirs &= shown.other.predictions(shown.other_gamma)[places] == taken_for
            mine = mine != theirs
        return np.flatnonzero(mine)

    def _say(self, cell: Cell | None) -> None:
        shown, found = self._shown, self._found
        if shown is None or found is None:
            return
        if cell is not None:
            self.readout.setText(self._words(int(found.rows[cell[0]]), int(found.columns[cell[1]])))
            return
        said = "Rows: what the images show. Columns: what they were taken for. A click shows them."
        if found.other is not None and shown.other is not None:
            said = f"Blue: {shown.run.name} takes more of a row's images so; yellow: {shown.other.name} does."
        elif self.runs.choice == DIFFERENCE and shown.other is not None and not comparable(shown.run, shown.other):
            said = f"{shown.other.name} was tested on other classes, so {shown.run.name} alone is shown."
        self.readout.setText(f"{said} {selection_text(shown.run, shown.choice).capitalize()}.")

    def _words(self, own: int, taken_for: int) -> str:
        assert self._shown is not None
        assert self._found is not None
        run, found = self._shown.run, self._found
        classes = run.table.classes
        what = f"{classes[own]} told rightly" if own == taken_for else f"{classes[own]} taken for {classes[taken_for]}"
        said = f"{what}: {int(found.counts[own, taken_for]):,} of {int(found.counts[own].sum()):,}"
        if found.other is None or self._shown.other is None:
            return said
        theirs = f"{int(found.other[own, taken_for]):,} of {int(found.other[own].sum()):,}"
        return f"{said} by {run.name}, {theirs} by {self._shown.other.name}"
