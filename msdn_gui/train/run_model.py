"""The list of runs: those at work first, then the newest; those of a shell included."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from msdn_core.runs.status import RunState, RunStatus
from msdn_gui.icons import icon_pixmap
from msdn_gui.services.runs import RunMonitor
from msdn_gui.theme import SPACING, small_font, text_font, theme
from msdn_gui.train.words import STATE_LOOKS, ago, best_figures

RUN_ROLE = Qt.ItemDataRole.UserRole
STATUS_ROLE = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex


class RunModel(QAbstractListModel):
    """Runs of the monitor, by name."""

    def __init__(self, monitor: RunMonitor) -> None:
        super().__init__(monitor)
        self._monitor = monitor
        self._names: list[str] = []
        monitor.run_list_changed.connect(self.refresh)
        monitor.status_changed.connect(self._status_changed)
        self.refresh()

    def refresh(self) -> None:
        """Reads the list anew; rows that stay keep their place in views only if none came or went."""
        names = self._ordered()
        if names == self._names:
            return
        self.beginResetModel()
        self._names = names
        self.endResetModel()

    def row_of(self, name: str) -> int:
        """The row of a run, −1 where it is not listed."""
        return self._names.index(name) if name in self._names else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._names):
            return None
        name = self._names[index.row()]
        status = self._monitor.status(name) or RunStatus()
        if role in (Qt.ItemDataRole.DisplayRole, RUN_ROLE):
            return name
        if role == STATUS_ROLE:
            return status
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            word = STATE_LOOKS[status.state][2]
            return "\n".join(part for part in (f"{name}: {word}", status.reason, best_figures(status.figures)) if part)
        return None

    def _ordered(self) -> list[str]:
        names = [run.name for run in self._monitor.runs]
        at_work = set(self._monitor.active())
        return [n for n in names if n in at_work] + [n for n in names if n not in at_work]

    def _status_changed(self, name: str, _status: object) -> None:
        if self._ordered() != self._names:
            self.refresh()
            return
        row = self.row_of(name)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))


class RunDelegate(QStyledItemDelegate):
    """Two lines a run: state and name, then figures and age."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(200, 48)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        status: RunStatus = index.data(STATUS_ROLE)
        colours = theme().colours
        sign, colour, word = STATE_LOOKS[status.state]
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, colours.q("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, colours.q("hover"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(option.rect.adjusted(0, 0, 3 - option.rect.width(), 0), colours.q("accent"))
        room = option.rect.adjusted(SPACING, 5, -SPACING, -5)
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(room.left(), room.top() + 2, icon_pixmap(sign, 16, colour, ratio))
        text = room.adjusted(24, 0, 0, 0)
        upper, lower = text.adjusted(0, 0, 0, -text.height() // 2), text.adjusted(0, text.height() // 2, 0, 0)
        painter.setFont(small_font())
        painter.setPen(colours.q("muted"))
        age = ago(status.heartbeat) if status.heartbeat and not status.state.alive else ""
        painter.drawText(upper, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, age)
        share = f"{status.step:,} of {status.steps:,}" if status.state.alive and status.steps else ""
        facts = " · ".join(part for part in (word, share, best_figures(status.figures)) if part)
        self._line(painter, lower, facts)
        painter.setFont(text_font(bold=True))
        painter.setPen(colours.q("text"))
        self._line(painter, upper.adjusted(0, 0, -(painter.fontMetrics().horizontalAdvance(age) + 8), 0), index.data())
        painter.restore()

    @staticmethod
    def _line(painter: QPainter, room: Any, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def state_of(monitor: RunMonitor, name: str | None) -> RunState | None:
    """The state of a run by its name."""
    status = monitor.status(name) if name else None
    return status.state if status is not None else None
