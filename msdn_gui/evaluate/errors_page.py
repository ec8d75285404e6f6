"""What was taken for what, the most frequent confusion first, with its images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QSplitter, QVBoxLayout, QWidget

from msdn_core.domain.metrics import confusions
from msdn_gui.evaluate.found_errors import FoundErrors
from msdn_gui.evaluate.page import Shown
from msdn_gui.session import Session
from msdn_gui.theme import SEEN_SIGN, SPACING, UNSEEN_SIGN
from msdn_gui.widgets.item_table import ItemTable
from msdn_gui.widgets.ordered_table import MARK_ROLE, OrderedTable
from msdn_gui.widgets.table_delegates import BarDelegate, ClassDelegate

if TYPE_CHECKING:
    from msdn_core.domain.attributes import ClassTable
    from msdn_gui.services import Services

OWN, TAKEN_FOR, COUNT = range(3)


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
    """A list of confusions, and the images of the chosen one; of all where none is chosen."""

    title = "Errors"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._shown: Shown | None = None
        self.model = ConfusionList()
        self.table = ItemTable(self.model, "confusion_list", widths={TAKEN_FOR: 180, COUNT: 78}, stretch=OWN)
        self.table.setAccessibleName("Confusions")
        for column in (OWN, TAKEN_FOR):
            self.table.setItemDelegateForColumn(column, ClassDelegate(self.table))
        self.table.setItemDelegateForColumn(COUNT, BarDelegate(self.table))
        self.search = QLineEdit(
            objectName="confusion_search", placeholderText="Search classes", clearButtonEnabled=True
        )
        self.search.textChanged.connect(self.model.search)
        self.images = FoundErrors(session, services)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, SPACING // 2, 0, 0)
        column.setSpacing(SPACING // 2)
        row = QVBoxLayout()
        row.setContentsMargins(SPACING, 0, SPACING, 0)
        row.addWidget(self.search)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        split = QSplitter(Qt.Orientation.Horizontal, objectName="evaluate_errors")
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.images)
        split.setSizes([430, 530])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.table.chosen.connect(self._show_pair)

    def show_runs(self, shown: Shown) -> None:
        """Shows the errors of the first run."""
        if self._shown is not None and (shown.run, shown.gamma) == (self._shown.run, self._shown.gamma):
            return
        self._shown = shown
        run = shown.run
        taken = run.predictions(shown.gamma)
        self.model.show_pairs(confusions(run.labels, taken, len(run.table.classes)), run.table)
        self.table.clearSelection()
        wrong = np.flatnonzero(taken != run.labels)
        share = f"{len(wrong):,} of {len(taken):,} test images were taken for another class"
        self.images.show_images(shown, wrong, share if len(wrong) else "No test image was taken for another class")

    def show_confusion(self, own: int, other: int) -> None:
        """Chooses a pair of class rows, where there are such images."""
        item = next((item for item, pair in enumerate(self.model.pairs) if pair[:2] == (own, other)), -1)
        self.table.show_item(item)
        if item >= 0:
            self._show_pair(item)

    def _show_pair(self, item: int) -> None:
        shown = self._shown
        if shown is None or not 0 <= item < len(self.model.pairs):
            return
        own, other, count = self.model.pairs[item]
        run = shown.run
        places = np.flatnonzero((run.labels == own) & (run.predictions(shown.gamma) == other))
        classes = run.table.classes
        self.images.show_images(shown, places, f"{classes[own]} taken for {classes[other]}: {count:,}")
