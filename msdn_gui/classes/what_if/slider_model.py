"""The vector of one class as rows of sliders, under the names of their groups."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from msdn_core.domain.attributes import ClassTable

SLIDER_ROLE = Qt.ItemDataRole.UserRole + 1
"""The row's ``Slider``, None for the name of a group."""
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Slider:
    """An attribute of the class: where it lies in the table, what it is called, and its value."""

    column: int
    name: str
    value: float


class SliderModel(QAbstractListModel):
    """One row an attribute, and one before each run of a group."""

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
        """Shows a class of a table; where only values are others, no row moves."""
        others = table.attributes != self.table.attributes
        row = table.class_index.get(name, -1) if name is not None else -1
        if others or (row < 0) != (self._row < 0):
            self.beginResetModel()
            self.table, self._row, self.editable = table, row, editable
            self._entries = self._listed()
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
        """Shows the attributes whose full name has every word."""
        self.beginResetModel()
        self._words = tuple(text.lower().split())
        self._entries = self._listed()
        self.endResetModel()

    def row_of(self, column: int) -> int:
        """The row that shows an attribute, −1 where the filter leaves it out."""
        return self._entries.index(column) if column >= 0 and column in self._entries else -1

    def _listed(self) -> list[int | str]:
        if self._row < 0:
            return []
        attributes = self.table.attributes
        shown = [c for c, one in enumerate(attributes) if all(word in one.full_name.lower() for word in self._words)]
        entries: list[int | str] = []
        for group, columns in groupby(shown, lambda column: attributes[column].group):
            if group:
                entries.append(group)
            entries += columns
        return entries

    # Qt's interface

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        is_group = index.isValid() and isinstance(self._entries[index.row()], str)
        return flags & ~Qt.ItemFlag.ItemIsSelectable & ~Qt.ItemFlag.ItemIsEnabled if is_group else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        if isinstance(entry, str):
            return entry if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        attribute, value = self.table.attributes[entry], float(self.table.vectors[self._row, entry])
        if role == SLIDER_ROLE:
            return Slider(entry, attribute.name, value)
        if role == Qt.ItemDataRole.DisplayRole:
            return attribute.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{attribute.full_name}: {value:.6g}"
        return None
