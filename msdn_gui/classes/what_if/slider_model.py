"""The vector of one class as rows of sliders, below the names of their groups."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.display_names import attribute_text, group_text, value_text
from msdn_core.domain.text_search import has_words, search_words

if TYPE_CHECKING:
    from msdn_gui.widgets.index import Index


@dataclass(frozen=True, slots=True)
class Slider:
    """An attribute of the class: its column in the table, its name as shown, and its value."""

    column: int
    name: str
    value: float


class SliderModel(QAbstractListModel):
    """One row per attribute, and one before each run of a group."""

    def __init__(self) -> None:
        super().__init__()
        self.table = ClassTable.empty()
        self.editable = False
        """Whether the sliders can be moved."""
        self._row = -1
        self._words: tuple[str, ...] = ()
        self._entries: list[int | str] = []
        """A column of the table, or the name of a group."""

    def show_class(self, table: ClassTable, name: str | None, *, editable: bool) -> None:
        """Show a class of a table; if only values changed, no row moves."""
        others = table.attributes != self.table.attributes
        row = table.class_index.get(name, -1) if name is not None else -1
        if others or (row < 0) != (self._row < 0):
            self.beginResetModel()
            self.table, self._row, self.editable = table, row, editable
            self._entries = self._shown_entries()
            self.endResetModel()
            return
        is_same = row >= 0 and row == self._row and editable == self.editable
        before = self.table.vectors[self._row] if is_same and self._row < len(self.table.classes) else None
        self.table, self._row, self.editable = table, row, editable
        if before is None:
            if self._entries:
                self.dataChanged.emit(self.index(0), self.index(len(self._entries) - 1))
            return
        for column in np.flatnonzero(before != table.vectors[row]).tolist():
            place = self.row_of(column)
            if place >= 0:
                self.dataChanged.emit(self.index(place), self.index(place))

    def filter(self, text: str) -> None:
        """Show the attributes whose name or group contains every word."""
        self.beginResetModel()
        self._words = tuple(search_words(text))
        self._entries = self._shown_entries()
        self.endResetModel()

    def row_of(self, column: int) -> int:
        """Return the row that shows an attribute, −1 if the filter hides it."""
        return self._entries.index(column) if column >= 0 and column in self._entries else -1

    def slider_at(self, index: Index) -> Slider | None:
        """Return the slider of an index, None for the name of a group."""
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        if isinstance(entry, str):
            return None
        return Slider(entry, value_text(self.table.attributes[entry]), float(self.table.vectors[self._row, entry]))

    def _shown_entries(self) -> list[int | str]:
        if self._row < 0:
            return []
        attributes = self.table.attributes
        names = [f"{one.full_name} {attribute_text(one)}" for one in attributes]
        shown = [column for column, name in enumerate(names) if has_words(name, self._words)]
        entries: list[int | str] = []
        for group, columns in groupby(shown, lambda column: attributes[column].group):
            if group:
                entries.append(group_text(group))
            entries += columns
        return entries

    # Qt's interface

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of shown attributes and groups."""
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return whether a row can be selected; names of groups cannot."""
        flags = super().flags(index)
        is_group = index.isValid() and isinstance(self._entries[index.row()], str)
        return flags & ~Qt.ItemFlag.ItemIsSelectable & ~Qt.ItemFlag.ItemIsEnabled if is_group else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Return the name of a row, and with its exact value for the tooltip."""
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        if isinstance(entry, str):
            return entry if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        attribute, value = self.table.attributes[entry], float(self.table.vectors[self._row, entry])
        if role == Qt.ItemDataRole.DisplayRole:
            return value_text(attribute)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{attribute.full_name}: {value:.6g}"
        return f"{attribute_text(attribute)}: {value:.6g}" if role == Qt.ItemDataRole.AccessibleTextRole else None
