"""The list of runs: those at work, those that wait in their order, then the newest; those of other folders last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from msdn_core.domain.text_search import has_words, search_words
from msdn_core.runs.status import RunState, RunStatus
from msdn_gui.train.runs.words import STATE_LOOKS, ago, best_figures
from msdn_gui.widgets.run_line import HEIGHT, paint_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from msdn_gui.services.runs import RunMonitor
    from msdn_gui.widgets.index import Index

RUN_ROLE = Qt.ItemDataRole.UserRole
STATUS_ROLE = Qt.ItemDataRole.UserRole + 1
FACTS_ROLE = Qt.ItemDataRole.UserRole + 2
_MIME = "application/x-msdn-waiting-run"


class RunModel(QAbstractListModel):
    """Runs of the monitor, by what they go by there."""

    order_requested = Signal(list)
    """Names of the waiting runs in the order into which they were dragged."""

    def __init__(self, monitor: RunMonitor) -> None:
        super().__init__(monitor)
        self._monitor = monitor
        self._names: list[str] = []
        self._words: list[str] = []
        monitor.run_list_changed.connect(self.refresh)
        monitor.status_changed.connect(self._on_status_changed)
        monitor.waiting_changed.connect(self._on_waiting_changed)
        self.refresh()

    def refresh(self) -> None:
        """Read the list again; views keep their rows only if none was added or removed."""
        names = self._ordered()
        if names == self._names:
            return
        self.beginResetModel()
        self._names = names
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """List only runs whose name, state or tags contain each of these words."""
        self._words = search_words(text)
        self.refresh()

    def row_of(self, name: str) -> int:
        """Return the row of a run, −1 if it is not listed."""
        return self._names.index(name) if name in self._names else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._names):
            return None
        name = self._names[index.row()]
        status = self._monitor.status(name) or RunStatus()
        if role == RUN_ROLE:
            return name
        if role == Qt.ItemDataRole.DisplayRole:
            return self._label(name)
        if role == STATUS_ROLE:
            return status
        if role == FACTS_ROLE:
            return self._facts(name, status)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            place = [folder] if (folder := self._other_folder(name)) else []
            first = f"{self._label(name)}: {STATE_LOOKS[status.state][2]}"
            return "\n".join(part for part in (first, status.reason, best_figures(status.figures), *place) if part)
        return None

    # Dragging: a queued run can be moved between other queued runs

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if not index.isValid():
            return flags | Qt.ItemFlag.ItemIsDropEnabled
        waits = self._names[index.row()] in self._monitor.waiting.names
        return flags | Qt.ItemFlag.ItemIsDragEnabled if waits and not self._words else flags

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(_MIME, "\n".join(index.data(RUN_ROLE) for index in indexes).encode())
        return data

    def canDropMimeData(self, data: QMimeData, action: Any, row: int, column: int, parent: Index) -> bool:  # noqa: ARG002
        return data.hasFormat(_MIME) and not parent.isValid() and row >= 0

    def dropMimeData(self, data: QMimeData, action: Any, row: int, column: int, parent: Index) -> bool:
        if self.canDropMimeData(data, action, row, column, parent):
            self.move(bytes(data.data(_MIME).data()).decode().split("\n"), row)
        # Otherwise the view removes the rows it considers moved.
        return False

    def move(self, names: Sequence[str], row: int) -> None:
        """Move queued runs before the one in a row, or to the end if that one is not queued."""
        waiting = list(self._monitor.waiting.names)
        moved = [name for name in waiting if name in names]
        behind = [name for name in self._names[row:] if name in waiting and name not in moved]
        before = [name for name in waiting if name not in moved and name not in behind]
        order = [*before, *moved, *behind]
        if moved and order != waiting:
            self.order_requested.emit(order)

    def shift(self, name: str, by: int) -> None:
        """Move a queued run by places, as far as possible."""
        waiting = list(self._monitor.waiting.names)
        if name in waiting:
            place = waiting.index(name)
            waiting.insert(max(0, min(len(waiting) - 1, place + by)), waiting.pop(place))
            if waiting != list(self._monitor.waiting.names):
                self.order_requested.emit(waiting)

    # Inside

    def _ordered(self) -> list[str]:
        monitor = self._monitor
        queue = list(monitor.waiting.names)
        names = [name for name in monitor.names if name not in queue]
        at_work = set(monitor.active())
        queue = [name for name in queue if monitor.directory(name) is not None]
        ordered = [n for n in names if n in at_work] + queue + [n for n in names if n not in at_work]
        return [name for name in ordered if self._passes(name)]

    def _passes(self, name: str) -> bool:
        status = self._monitor.status(name) or RunStatus()
        text = " ".join((self._label(name), STATE_LOOKS[status.state][2], *self._monitor.tags(name)))
        return has_words(text, self._words)

    def _label(self, name: str) -> str:
        run = self._monitor.directory(name)
        return run.name if run is not None else name

    def _facts(self, name: str, status: RunStatus) -> str:
        word = STATE_LOOKS[status.state][2]
        if name in self._monitor.waiting.names:
            word = f"{word}, {self._monitor.waiting.names.index(name) + 1} of {len(self._monitor.waiting.names)}"
        share = f"{status.step:,} of {status.steps:,}" if status.state.alive and status.steps else ""
        tags = " ".join(f"#{tag}" for tag in self._monitor.tags(name))
        where = f"in {folder}" if (folder := self._other_folder(name)) else ""
        return " · ".join(part for part in (word, tags, share, best_figures(status.figures), where) if part)

    def _other_folder(self, name: str) -> str:
        """Return the folder of a run that is not the project's; empty for the project's own."""
        run = self._monitor.directory(name) if self._monitor.is_elsewhere(name) else None
        return str(run.path.parent) if run is not None else ""

    def _on_status_changed(self, name: str, _status: object) -> None:
        if self._ordered() != self._names:
            self.refresh()
            return
        row = self.row_of(name)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))

    def _on_waiting_changed(self) -> None:
        self.refresh()
        if self._names:
            self.dataChanged.emit(self.index(0), self.index(len(self._names) - 1))


class RunDelegate(QStyledItemDelegate):
    """Two lines per run: state and name, then figures and age."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        status: RunStatus = index.data(STATUS_ROLE)
        ended = status.heartbeat and not status.state.alive and status.state is not RunState.QUEUED
        age = ago(status.heartbeat) if ended else ""
        paint_run(painter, option, STATE_LOOKS[status.state][:2], index.data(), index.data(FACTS_ROLE), age=age)
