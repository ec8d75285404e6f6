"""The runs at the left: their figures on the test, or that they were not evaluated yet."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from msdn_core.number_text import percent
from msdn_gui.evaluate.runs.evaluations import Evaluations, RunEntry
from msdn_gui.widgets.run_line import HEIGHT, paint_run

ENTRY_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex

_SHOWN = (("H", "H"), ("czsl", "CZSL"), ("S", "S"), ("U", "U"))
"""Figures and their words; the first two that were measured are shown."""


class RunListModel(QAbstractListModel):
    """One row a run."""

    def __init__(self, evaluations: Evaluations) -> None:
        super().__init__(evaluations)
        self._evaluations = evaluations
        self._entries: list[RunEntry] = []
        evaluations.listed.connect(self._refresh)
        self._refresh()

    def row_of(self, name: str | None) -> int:
        """The row of a run, −1 where it is not listed."""
        return next((row for row, entry in enumerate(self._entries) if entry.name == name), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role == ENTRY_ROLE:
            return entry
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{entry.name}: {state_words(entry)}"
        return None

    def _refresh(self) -> None:
        self.beginResetModel()
        self._entries = list(self._evaluations.entries)
        self.endResetModel()


class RunList(QListView):
    """The runs as two lines each."""

    def __init__(self, model: RunListModel) -> None:
        super().__init__(objectName="evaluated_runs")
        self.setModel(model)
        self.setItemDelegate(_RunDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Runs")


def state_words(entry: RunEntry) -> str:
    """Its figures at the gamma as trained, or what it lacks."""
    if entry.fault:
        return "Cannot be read: evaluate it again"
    if entry.kind is None:
        return "No checkpoint yet"
    if entry.figures is None:
        return "Not evaluated yet"
    selected = ", selected on test" if entry.figures.get("selected_on") == "test" else ""
    shown = [f"{word} {percent(number)}" for key, word in _SHOWN if (number := entry.figures.get(key)) is not None]
    return f"{'  '.join(shown[:2])} on test{selected}" if shown else f"Evaluated{selected}"


class _RunDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(180, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: RunEntry = index.data(ENTRY_ROLE)
        sign = ("check", "good") if entry.figures is not None else ("evaluate", "disabled")
        paint_run(painter, option, ("error", "error") if entry.fault else sign, entry.name, state_words(entry))
