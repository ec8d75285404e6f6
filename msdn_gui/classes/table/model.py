"""The class table as a Qt model: the classes and attributes that the filters leave."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.display_names import attribute_text, class_text, group_text, value_text
from msdn_gui.classes.table.arrangement import Arrangement
from msdn_gui.classes.values import folding
from msdn_gui.classes.values.numbers import CellError, exact, parse_value, shown
from msdn_gui.look.theme import SEEN_SIGN, UNSEEN_SIGN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from msdn_gui.session.changes import TableChange
    from msdn_gui.widgets.index import Index

_HORIZONTAL = Qt.Orientation.Horizontal
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ClassTableModel(QAbstractTableModel):
    """Rows and columns are those classes and attributes that the filters leave; the data is in the class table.

    A changed table is compared with the one before, and views are notified only of what changed.
    """

    edited = Signal(int, int, float)
    """Row and column here, and the value that a person entered."""
    refused = Signal(str)
    """Why an entered text is not a value."""
    range_changed = Signal()
    """The range of values changed, and with it the colours of all cells."""

    def __init__(self) -> None:
        super().__init__()
        self.table = ClassTable.empty()
        self.editable = False
        """Whether cells can be edited."""
        self.rows: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        """The table's row of each row here."""
        self.columns: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        """The table's column of each column here."""
        self.spans: list[tuple[int, int]] = []
        """First and last column here of the run of one group that each column belongs to."""
        self._arrangement = Arrangement()

    @property
    def sorted_by(self) -> tuple[int, bool] | None:
        """The table's column that classes are sorted by, and whether highest first; None for the table's order."""
        return self._arrangement.sorted_by

    @property
    def folded(self) -> frozenset[str]:
        """The groups that are one column each: that of their first attribute, with their highest value."""
        return self._arrangement.folded

    @property
    def members(self) -> folding.Members:
        """All columns of each shown folded group, by its column in the table."""
        return self._arrangement.members

    # The table and its filters

    def set_table(self, table: ClassTable) -> None:
        """Show another version of the table."""
        before, rows_before = self.table, self.rows
        self._arrangement.follow(before, table)
        rows = self._arrangement.rows(table)
        if table.attributes != before.attributes:
            self._reset(table, rows, self._arrangement.columns(table))
            return
        old = [before.classes[row] for row in rows_before.tolist()]
        new = [table.classes[row] for row in rows.tolist()]
        first, removed, inserted = difference(old, new)
        if removed and inserted and removed != inserted:
            self._reset(table, rows, self.columns)
        elif removed == inserted:
            self.table, self.rows = table, rows
            self._notify(before, rows_before)
        elif removed:
            self.beginRemoveRows(QModelIndex(), first, first + removed - 1)
            self.table, self.rows = table, rows
            self.endRemoveRows()
        else:
            self.beginInsertRows(QModelIndex(), first, first + inserted - 1)
            self.table, self.rows = table, rows
            self.endInsertRows()

    def set_values(self, table: ClassTable, change: TableChange) -> None:
        """Show a version of the table that differs only in the values that a change names."""
        before, self.table = self.table, table
        if change.rows is None or change.columns is None:
            self._notify(before, self.rows)
            return
        ys = [row for row in map(self._row_at, change.rows) if row >= 0]
        xs = sorted({column for column in map(self.column_of, change.columns) if column >= 0})
        if ys and xs:
            self.dataChanged.emit(self.index(min(ys), xs[0]), self.index(max(ys), xs[-1]))
        if table.value_range != before.value_range:
            self.range_changed.emit()

    def filter_classes(self, text: str) -> None:
        """Show the classes whose name contains every word; “seen” and “unseen” select by kind."""
        self._arrangement.filter_classes(text)
        rows = self._arrangement.rows(self.table)
        if not np.array_equal(rows, self.rows):
            self._reset(self.table, rows, self.columns)

    def filter_attributes(self, text: str) -> None:
        """Show the attributes whose name or group contains every word."""
        self._arrangement.filter_attributes(text)
        columns = self._arrangement.columns(self.table)
        if not np.array_equal(columns, self.columns):
            self._reset(self.table, self.rows, columns)

    def sort_by(self, column: int, *, highest_first: bool = True) -> None:
        """Sort by what a column of the table shows, −1 for the table's order; the table stays the same."""
        self._arrangement.sort(self.table, column, highest_first=highest_first)
        self._reset(self.table, self._arrangement.rows(self.table), self.columns)

    def fold(self, groups: frozenset[str]) -> None:
        """Show these groups as one column each, and all attributes of the others."""
        if groups != self.folded:
            self._arrangement.folded = groups
            self._reset(self.table, self.rows, self._arrangement.columns(self.table))
            if self.sorted_by is not None:
                self.sort_by(self.sorted_by[0], highest_first=self.sorted_by[1])

    def group_at(self, column: int) -> str:
        """Return the group of a column."""
        return self.table.attributes[int(self.columns[column])].group

    def class_at(self, row: int) -> str:
        """Return the class in a row."""
        return self.table.classes[int(self.rows[row])]

    def row_of(self, name: str | None) -> int:
        """Return the row that shows a class, −1 if the filter hides it."""
        return self._row_at(self.table.class_index.get(name, -1) if name is not None else -1)

    def column_of(self, attribute: int) -> int:
        """Return the column that shows an attribute of the table, or its folded group; −1 if the filter hides it."""
        if self.members:
            attribute = next((first for first, group in self.members.items() if attribute in group), attribute)
        at = int(np.searchsorted(self.columns, attribute))
        return at if at < len(self.columns) and self.columns[at] == attribute else -1

    def values(self, rows: NDArray[np.intp] | slice, columns: NDArray[np.intp] | slice) -> FloatArray:
        """Return the (m, k) values that are shown in rows and columns here."""
        return folding.values(self.table, self.rows[rows], self.columns[columns], self.members)

    def is_folded(self, column: int) -> bool:
        """Return whether a column here is a folded group."""
        return int(self.columns[column]) in self.members

    def folded_columns(self) -> NDArray[np.bool_]:
        """Return a (k,) mask of the columns here that are folded groups, which cannot be edited."""
        if not self.members:
            return np.zeros(len(self.columns), dtype=np.bool_)
        return np.isin(self.columns, list(self.members))

    def attribute_at(self, row: int, column: int) -> int:
        """Return the table's column whose value a cell here shows: in a folded group that of the highest value."""
        return folding.strongest(self.table, int(self.rows[row]), int(self.columns[column]), self.members)

    def _row_at(self, row: int) -> int:
        """Return the row here that shows a row of the table, −1 if none does."""
        if self.sorted_by is not None:
            found = np.flatnonzero(self.rows == row)
            return int(found[0]) if len(found) else -1
        at = int(np.searchsorted(self.rows, row))
        return at if at < len(self.rows) and self.rows[at] == row else -1

    def _reset(self, table: ClassTable, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> None:
        self.beginResetModel()
        self.table, self.rows, self.columns = table, rows, columns
        self.spans = _spans([table.attributes[column].group for column in columns.tolist()])
        self.endResetModel()

    def _notify(self, before: ClassTable, rows_before: NDArray[np.intp]) -> None:
        """Notify views of the smallest block with all changed cells, and of names that changed."""
        table, rows, columns = self.table, self.rows, self.columns
        if not len(rows) or not len(columns):
            return
        if table.vectors.shape == before.vectors.shape and np.array_equal(rows, rows_before):
            changed = table.vectors != before.vectors
            ys = np.flatnonzero(changed.any(axis=1)[rows])
            touched = changed[rows[ys]].any(axis=0)
            for first, group in self.members.items():
                touched[first] = touched[group].any()
            xs = np.flatnonzero(touched[columns])
        else:
            ys, xs = np.arange(len(rows)), np.arange(len(columns))
        if len(ys) and len(xs):
            self.dataChanged.emit(self.index(int(ys[0]), int(xs[0])), self.index(int(ys[-1]), int(xs[-1])))
        if table.classes != before.classes or not np.array_equal(table.seen, before.seen):
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, len(rows) - 1)
        if table.value_range != before.value_range:
            self.range_changed.emit()

    # Qt's interface

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of shown classes."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of shown attributes and folded groups."""
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return whether a cell can be edited; folded groups cannot."""
        flags = super().flags(index)
        can = self.editable and index.isValid() and not self.is_folded(index.column())
        return flags | Qt.ItemFlag.ItemIsEditable if can else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's value: rounded to show, exact to edit, with its class and attribute in the tooltip."""
        if not index.isValid() or index.row() >= len(self.rows) or index.column() >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT
        if role not in _VALUE_ROLES:
            return None
        row, column = int(self.rows[index.row()]), self.attribute_at(index.row(), index.column())
        value = float(self.table.vectors[row, column])
        if role == Qt.ItemDataRole.DisplayRole:
            return shown(value)
        if role == Qt.ItemDataRole.EditRole:
            return exact(value)
        attribute, name = self.table.attributes[column], self.table.classes[row]
        highest = f"Highest of {self._folded_text(index.column())}: " if self.is_folded(index.column()) else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{highest}{attribute.full_name}\n{self._sign(row)} {name}\n{value:.6g}"
        return f"{highest}{attribute_text(attribute)}, {self._shown_class(row)}: {value:.6g}"

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Send ``edited`` for a text that is a value, ``refused`` for another; the table changes by an undo command."""
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        try:
            number = parse_value(str(value), self.table.value_range)
        except CellError as error:
            self.refused.emit(str(error))
            return False
        if number != self.table.vectors[self.rows[index.row()], self.columns[index.column()]]:
            self.edited.emit(index.row(), index.column(), number)
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """Return the readable name of a class or an attribute, and the raw one as its tooltip."""
        if orientation is _HORIZONTAL:
            return self._attribute_header(section, role) if 0 <= section < len(self.columns) else None
        if not 0 <= section < len(self.rows):
            return None
        row = int(self.rows[section])
        if role == Qt.ItemDataRole.DisplayRole:
            return self._shown_class(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            kind = "Seen: has training images" if self.table.seen[row] else "Unseen: has no training images"
            return f"{self.table.classes[row]}\n{kind}"
        return None

    def _attribute_header(self, section: int, role: int) -> str | None:
        attribute = self.table.attributes[int(self.columns[section])]
        if role not in _HEADER_ROLES:
            return None
        if self.is_folded(section):
            return self._folded_text(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return attribute.full_name
        return value_text(attribute) if role == Qt.ItemDataRole.DisplayRole else attribute_text(attribute)

    def _folded_text(self, column: int) -> str:
        return f"{group_text(self.group_at(column))} ({len(self.members[int(self.columns[column])])} folded)"

    def _sign(self, row: int) -> str:
        return SEEN_SIGN if self.table.seen[row] else UNSEEN_SIGN

    def _shown_class(self, row: int) -> str:
        return f"{self._sign(row)} {class_text(self.table.classes[row])}"


_HEADER_ROLES = frozenset(
    (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
)
_VALUE_ROLES = _HEADER_ROLES | {Qt.ItemDataRole.EditRole}


def difference(old: Sequence[str], new: Sequence[str]) -> tuple[int, int, int]:
    """Return where two lists begin to differ, and how many items there were replaced by how many others."""
    shorter = min(len(old), len(new))
    first = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    last = next((place for place in range(shorter - first) if old[-1 - place] != new[-1 - place]), shorter - first)
    return first, len(old) - first - last, len(new) - first - last


def _spans(groups: Sequence[str]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for _, run in groupby(groups):
        first, length = len(spans), sum(1 for _ in run)
        spans += [(first, first + length - 1)] * length
    return spans
