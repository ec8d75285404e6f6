"""The base of table models: items with fixed numbers, shown sorted and filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from msdn_core.domain.text_search import search_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_gui.widgets.index import Index

BAR_ROLE = Qt.ItemDataRole.UserRole + 1
"""A cell's bar: (start, end, colour) with start and end as fractions of the cell's width, or None."""
MARK_ROLE = Qt.ItemDataRole.UserRole + 2
"""A class's mark: ``seen`` or ``unseen``."""
TRUE_ROLE = Qt.ItemDataRole.UserRole + 3
"""Whether this is the image's true class."""
TRUE_SIGN = "✓"

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class OrderedTable(QAbstractTableModel):
    """A table of items 0 to N−1 in its own order.

    Whole columns are sorted and searched with numpy; a view keeps its place while the order changes. Subclasses hold
    the data and define the sort key of each column.
    """

    headings: tuple[str, ...] = ()
    numeric: frozenset[int] = frozenset()
    heading_tips: tuple[str, ...] = ()

    def __init__(self, sort_column: int, sort_order: Qt.SortOrder) -> None:
        super().__init__()
        self._order: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._texts: list[str] = []
        self._search = ""
        self.sort_column = sort_column
        self.sort_order = sort_order

    # For subclasses

    def sort_key(self, column: int) -> NDArray[Any]:
        """Return the (N,) values that a column is sorted by."""
        raise NotImplementedError

    def cell(self, item: int, column: int, role: int) -> Any:
        """Return the data of a cell for any role except the text's alignment."""
        raise NotImplementedError

    # For views and panels

    def set_items(self, texts: list[str]) -> None:
        """Replace the items; ``texts`` are what a search compares."""
        self.beginResetModel()
        self._texts = [search_text(text) for text in texts]
        self._order = self._arranged()
        self.endResetModel()

    def search(self, text: str) -> None:
        """Show the items whose text contains every word of ``text``."""
        self._search = search_text(text)
        self.rearrange()

    def rearrange(self) -> None:
        """Sort and redraw the rows after their data changed."""
        arranged = self._arranged()
        if len(arranged) != len(self._order):
            self.beginResetModel()
            self._order = arranged
            self.endResetModel()
            return
        if not np.array_equal(arranged, self._order):
            self.layoutAboutToBeChanged.emit()
            before = self.persistentIndexList()
            items = [(int(self._order[index.row()]), index.column()) for index in before]
            self._order = arranged
            places = {int(item): row for row, item in enumerate(arranged)}
            after = [self.index(places[item], column) if item in places else QModelIndex() for item, column in items]
            self.changePersistentIndexList(before, after)
            self.layoutChanged.emit()
        if len(arranged):
            self.dataChanged.emit(self.index(0, 0), self.index(len(arranged) - 1, self.columnCount() - 1))

    def item_at(self, row: int) -> int:
        """Return the item in a row."""
        return int(self._order[row])

    def row_of(self, item: int) -> int:
        """Return the row of an item; −1 if the search hides it."""
        found = np.flatnonzero(self._order == item)
        return int(found[0]) if len(found) else -1

    def item_count(self) -> int:
        """Return the number of items, shown or not."""
        return len(self._texts)

    def row_text(self, row: int) -> str:
        """Return a row as text, with tabs between cells."""
        cells = (self.index(row, column).data() for column in range(self.columnCount()))
        return "\t".join("" if cell is None else str(cell) for cell in cells)

    def _arranged(self) -> NDArray[np.int64]:
        count = len(self._texts)
        keys = self.sort_key(self.sort_column) if count else np.zeros(0)
        order = np.argsort(keys, kind="stable")
        if self.sort_order is Qt.SortOrder.DescendingOrder:
            # Equal keys keep the order of the items in both directions.
            order = count - 1 - np.argsort(keys[::-1], kind="stable")[::-1]
        words = self._search.split()
        if words:
            order = np.array(
                [item for item in order.tolist() if all(word in self._texts[item] for word in words)], dtype=np.int64
            )
        return order.astype(np.int64)

    # Qt's interface

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._order):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if index.column() in self.numeric else None
        return self.cell(int(self._order[index.row()]), index.column(), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.headings):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            # The arrow is part of the text: the style's own would lie over a heading that is aligned right.
            arrow = "▾" if self.sort_order is Qt.SortOrder.DescendingOrder else "▴"
            return f"{self.headings[section]} {arrow}" if section == self.sort_column else self.headings[section]
        if role == Qt.ItemDataRole.InitialSortOrderRole:
            return Qt.SortOrder.DescendingOrder if section in self.numeric else Qt.SortOrder.AscendingOrder
        if role == Qt.ItemDataRole.ToolTipRole and self.heading_tips:
            return self.heading_tips[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            return RIGHT if section in self.numeric else left
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self.headings):
            return
        self.sort_column, self.sort_order = column, order
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.headings) - 1)
        self.rearrange()


def number(value: float, reach: float) -> str:
    """A number with as many decimals as suit a column whose greatest magnitude is ``reach``."""
    digits = 2 if reach < 100 else 1 if reach < 1000 else 0
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def bar(value: float, low: float, high: float) -> tuple[float, float]:
    """Where a value's bar starts and ends, as fractions: from zero to the value on a scale that holds zero."""
    low, high = min(low, 0.0), max(high, 0.0)
    span = high - low
    if span <= 0:
        return 0.0, 0.0
    zero, end = -low / span, (value - low) / span
    return (zero, end) if end >= zero else (end, zero)
