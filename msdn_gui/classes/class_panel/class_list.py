"""A few classes with a number each, as high as its rows; a click goes to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from msdn_gui.look.theme import SEEN_SIGN, UNSEEN_SIGN, theme
from msdn_gui.widgets.mark import draw_mark

_HEIGHT = 24
_MARGIN = 8
_LINE_ROLE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class of a list."""

    name: str
    seen: bool
    number: str
    hint: str
    """What the number is, in words."""
    place: str = ""
    """What stands before the name."""
    is_chosen: bool = False

    @property
    def kind(self) -> str:
        """``seen`` or ``unseen``."""
        return "seen" if self.seen else "unseen"


class ClassListModel(QAbstractListModel):
    """One row a class."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Sequence[ClassLine] = ()

    def set_lines(self, lines: Sequence[ClassLine]) -> None:
        """Shows these; as many as before are other contents of the same rows."""
        if len(lines) != len(self.lines):
            self.beginResetModel()
            self.lines = lines
            self.endResetModel()
        elif lines:
            self.lines = lines
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        texts = {
            Qt.ItemDataRole.DisplayRole: f"{SEEN_SIGN if line.seen else UNSEEN_SIGN} {line.name} {line.number}",
            Qt.ItemDataRole.ToolTipRole: f"{line.name} ({line.kind})\n{line.hint}; click to go there",
            Qt.ItemDataRole.AccessibleTextRole: f"{line.name}, {line.kind}, {line.hint}",
            _LINE_ROLE: line,
        }
        return texts.get(role)


class ClassList(QListView):
    """Enter or a click chooses a class."""

    chosen = Signal(str)

    def __init__(self, model: ClassListModel, count: int, name: str, accessible_name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.items = model
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(_LineDelegate(self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFixedHeight(count * _HEIGHT)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        for signal in (self.clicked, self.activated):
            signal.connect(lambda index: self.chosen.emit(index.data(_LINE_ROLE).name))


class _LineDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(100, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, rect, line = theme().colours, QRectF(option.rect), index.data(_LINE_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if line.is_chosen:
            painter.fillRect(rect, colours.q("selection"))
        elif option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            painter.fillRect(rect, colours.q("hover"))
        metrics, left = painter.fontMetrics(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        room = rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        if line.place:
            painter.setPen(colours.q("muted"))
            painter.drawText(room, left, line.place)
            room.setLeft(
                room.left() + max(metrics.horizontalAdvance("000 "), metrics.horizontalAdvance(line.place) + 6)
            )
        draw_mark(painter, QPointF(room.left() + 5, rect.center().y()), line.kind)
        room.setLeft(room.left() + 18)
        painter.setPen(colours.q("text"))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, line.number)
        room.setRight(room.right() - metrics.horizontalAdvance(line.number) - _MARGIN)
        name = metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, left, name)
        painter.restore()
