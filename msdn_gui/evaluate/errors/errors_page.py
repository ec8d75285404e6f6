"""What was taken for what, the most frequent confusion first, with its images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from msdn_core.domain.metrics import confusions
from msdn_gui.evaluate.errors.found_errors import FoundErrors
from msdn_gui.evaluate.runs.both_runs import wrong, wrong_by_other
from msdn_gui.evaluate.runs.page import Shown
from msdn_gui.evaluate.runs.run_choice import FIRST, SECOND, RunChoice
from msdn_gui.look.theme import SEEN_SIGN, SPACING, UNSEEN_SIGN
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_line_edit
from msdn_gui.widgets.item_table import ItemTable
from msdn_gui.widgets.ordered_table import MARK_ROLE, OrderedTable
from msdn_gui.widgets.parted import BESIDE, parted
from msdn_gui.widgets.table_delegates import BarDelegate, ClassDelegate

if TYPE_CHECKING:
    from msdn_core.domain.attributes import ClassTable
    from msdn_gui.services import Services

OWN, TAKEN_FOR, COUNT = range(3)
BOTH, ONLY_FIRST, ONLY_SECOND = "both", "only_first", "only_second"
_BETWEEN = ((BOTH, "Wrong by both"), (ONLY_FIRST, "Only {first} wrong"), (ONLY_SECOND, "Only {second} wrong"))
_BY = {FIRST: "", SECOND: "", BOTH: " by both runs", ONLY_FIRST: " by {run} alone", ONLY_SECOND: " by {run} alone"}


class ConfusionList(OrderedTable):
    """One row a pair of classes of which one was taken for the other."""

    headings = ("Class", "Taken for", "Images")
    heading_tips = (
        "What the images show: seen ● or unseen ◆",
        "What the checkpoint took them for",
        "How many test images",
    )
    numeric = frozenset((COUNT,))

    def __init__(self) -> None:
        super().__init__(COUNT, Qt.SortOrder.DescendingOrder)
        self.pairs: list[tuple[int, int, int]] = []
        self._table: ClassTable | None = None

    def show_pairs(self, pairs: list[tuple[int, int, int]], table: ClassTable) -> None:
        """Shows (class, taken for, images), class rows of the table."""
        self.pairs, self._table = pairs, table
        self.set_items([f"{table.classes[own]} {table.classes[other]}" for own, other, _ in pairs])

    def sort_key(self, column: int) -> NDArray[Any]:
        if column == COUNT:
            return np.array([pair[COUNT] for pair in self.pairs])
        names = self._table.classes if self._table is not None else ()
        rank = {row: place for place, row in enumerate(sorted(range(len(names)), key=lambda row: names[row].lower()))}
        return np.array([rank[pair[column]] for pair in self.pairs])

    def cell(self, item: int, column: int, role: int) -> Any:
        pair = self.pairs[item]
        assert self._table is not None
        if column == COUNT:
            return f"{pair[COUNT]:,}" if role == Qt.ItemDataRole.DisplayRole else None
        name, seen = self._table.classes[pair[column]], bool(self._table.seen[pair[column]])
        if role == MARK_ROLE:
            return "seen" if seen else "unseen"
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{SEEN_SIGN if seen else UNSEEN_SIGN} {name}"
        return name if role == Qt.ItemDataRole.ToolTipRole else None


class ErrorsPage(QWidget):
    """A list of confusions, and the images of the chosen one; of all where none is chosen.

    Of two runs, the errors of either, of both at once, or of one alone.
    """

    title = "Errors"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._given: Shown | None = None
        self._shown: Shown | None = None
        self._wrong: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.model = ConfusionList()
        self.runs = RunChoice("errors_run", *_BETWEEN)
        self.table = ItemTable(self.model, "confusion_list", widths={TAKEN_FOR: 180, COUNT: 78}, stretch=OWN)
        self.table.setAccessibleName("Confusions")
        for column in (OWN, TAKEN_FOR):
            self.table.setItemDelegateForColumn(column, ClassDelegate(self.table))
        self.table.setItemDelegateForColumn(COUNT, BarDelegate(self.table))
        self.search = make_line_edit(name="confusion_search", placeholder="Search classes", clearable=True)
        self.search.textChanged.connect(self.model.search)
        self.images = FoundErrors(session, services)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, SPACING // 2, 0, 0)
        column.setSpacing(SPACING // 2)
        row = QHBoxLayout()
        row.setContentsMargins(SPACING, 0, SPACING, 0)
        row.addWidget(self.runs)
        row.addWidget(self.search, 1)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        split = parted("evaluate_errors", BESIDE, left, self.images, sizes=[430, 530])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.table.chosen.connect(self._show_pair)
        self.runs.currentIndexChanged.connect(self._draw)

    def show_runs(self, shown: Shown) -> None:
        """Shows the errors of a run; of two runs those that are chosen."""
        before, self._given = self._given, shown
        self.runs.show_runs(shown)
        if before is None or not before.looks_like(shown):
            self._draw()

    def _draw(self, *_: object) -> None:
        if self._given is None:
            return
        shown, choice = self._given, self.runs.choice
        shown = shown.turned() if choice in (SECOND, ONLY_SECOND) else shown
        self._shown, run = shown, shown.run
        self._wrong = wrong(run, shown.gamma)
        by_other, tested = wrong_by_other(shown)
        if choice == BOTH:
            self._wrong &= by_other
        elif choice in (ONLY_FIRST, ONLY_SECOND):
            self._wrong &= tested & ~by_other
        taken = np.where(self._wrong, run.predictions(shown.gamma), run.labels)
        self.model.show_pairs(confusions(run.labels, taken, len(run.table.classes)), run.table)
        self.table.clearSelection()
        count = int(self._wrong.sum())
        said = f"{count:,} of {len(run.labels):,} test images were" if count else "No test image was"
        said += f" taken for another class{_BY[choice].format(run=run.name)}"
        self.images.show_images(shown, np.flatnonzero(self._wrong), said)

    def _show_pair(self, item: int) -> None:
        shown = self._shown
        if shown is None or not 0 <= item < len(self.model.pairs):
            return
        own, other, count = self.model.pairs[item]
        run = shown.run
        places = np.flatnonzero(self._wrong & (run.labels == own) & (run.predictions(shown.gamma) == other))
        classes = run.table.classes
        self.images.show_images(shown, places, f"{classes[own]} taken for {classes[other]}: {count:,}")
