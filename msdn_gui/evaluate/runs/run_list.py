"""The list of runs, with their figures on the test images or what they lack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QSize, Qt
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from msdn_core.number_text import percent
from msdn_core.runs.trained_on import figures_note
from msdn_gui.widgets.run_line import HEIGHT, paint_run

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from msdn_gui.evaluate.runs.evaluations import Evaluations, RunEntry
    from msdn_gui.widgets.index import Index

ENTRY_ROLE = Qt.ItemDataRole.UserRole

_SHOWN = (("H", "H"), ("czsl", "CZSL"), ("S", "S"), ("U", "U"))
"""Figures and their names; the first two that are known are shown."""


class RunListModel(QAbstractListModel):
    """One row per run."""

    def __init__(self, evaluations: Evaluations) -> None:
        super().__init__(evaluations)
        self._evaluations = evaluations
        self._entries: list[RunEntry] = []
        evaluations.listed.connect(self._refresh)
        self._refresh()

    def row_of(self, name: str | None) -> int:
        """Return the row of a run; −1 if it is not listed."""
        return next((row for row, entry in enumerate(self._entries) if entry.name == name), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
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
            return f"{entry.name}: {state_text(entry)}"
        return None

    def _refresh(self) -> None:
        self.beginResetModel()
        self._entries = list(self._evaluations.entries)
        self.endResetModel()


class RunList(QListView):
    """Shows each run on two lines."""

    def __init__(self, model: RunListModel) -> None:
        super().__init__()
        self.setObjectName("evaluated_runs")
        self.setModel(model)
        self.setItemDelegate(_RunDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Runs")


def state_text(entry: RunEntry) -> str:
    """Return the figures of a run at the gamma as trained, or what it lacks."""
    if entry.fault:
        return "Cannot be read; evaluate again"
    if entry.kind is None:
        return "No checkpoint yet"
    if entry.figures is None:
        return "Not evaluated"
    note = figures_note(entry.figures)
    shown = [f"{label} {percent(number)}" for key, label in _SHOWN if (number := entry.figures.get(key)) is not None]
    return f"{'  '.join(shown[:2])} on test{note}" if shown else f"Evaluated{note}"


class _RunDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(180, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: RunEntry = index.data(ENTRY_ROLE)
        icon = ("check", "good") if entry.figures is not None else ("evaluate", "disabled")
        paint_run(painter, option, ("error", "error") if entry.fault else icon, entry.name, state_text(entry))
