"""A short list of classes with a number each, as high as its rows; a click selects a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from msdn_core.domain.display_names import class_text
from msdn_gui.look.theme import SEEN_SIGN, UNSEEN_SIGN, theme
from msdn_gui.widgets.mark import draw_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_gui.widgets.index import Index

_HEIGHT = 24
_MARGIN = 8


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class of a list."""

    name: str
    """The raw name."""
    seen: bool
    number: str
    hint: str
    """The number in words."""
    rank: str = ""
    """Shown before the name."""
    is_selected: bool = False

    @property
    def kind(self) -> str:
        """``seen`` or ``unseen``."""
        return "seen" if self.seen else "unseen"


class ClassListModel(QAbstractListModel):
    """One row per class."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Sequence[ClassLine] = ()

    def set_lines(self, lines: Sequence[ClassLine]) -> None:
        """Show these lines; if there are as many as before, views keep their rows."""
        if len(lines) != len(self.lines):
            self.beginResetModel()
            self.lines = lines
            self.endResetModel()
            return
        changed = [row for row, (before, after) in enumerate(zip(self.lines, lines, strict=True)) if before != after]
        self.lines = lines
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def line_at(self, index: Index) -> ClassLine | None:
        """Return the line of an index, None if there is none."""
        return self.lines[index.row()] if index.isValid() and index.row() < len(self.lines) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Return a line as text, and in words for its tooltip."""
        line = self.line_at(index)
        if line is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{SEEN_SIGN if line.seen else UNSEEN_SIGN} {class_text(line.name)} {line.number}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{line.name} ({line.kind})\n{line.hint}\nClick to select this class"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{class_text(line.name)}, {line.kind}, {line.hint}"
        return None


class ClassList(QListView):
    """Enter or a click selects a class."""

    selected = Signal(str)

    def __init__(self, model: ClassListModel, count: int, name: str, accessible_name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.items = model
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(_LineDelegate(model, self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFixedHeight(count * _HEIGHT)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        for signal in (self.clicked, self.activated):
            signal.connect(self._on_activated)

    def _on_activated(self, index: QModelIndex) -> None:
        line = self.items.line_at(index)
        if line is not None:
            self.selected.emit(line.name)


class _LineDelegate(QStyledItemDelegate):
    def __init__(self, model: ClassListModel, parent: ClassList) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(100, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, rect, line = theme().colours, QRectF(option.rect), self._model.line_at(index)
        if line is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if line.is_selected:
            painter.fillRect(rect, colours.q("selection"))
        elif option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            painter.fillRect(rect, colours.q("hover"))
        metrics, left = painter.fontMetrics(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        room = rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        if line.rank:
            painter.setPen(colours.q("muted"))
            painter.drawText(room, left, line.rank)
            width = max(metrics.horizontalAdvance("000 "), metrics.horizontalAdvance(line.rank) + 6)
            room.setLeft(room.left() + width)
        draw_mark(painter, QPointF(room.left() + 5, rect.center().y()), line.kind)
        room.setLeft(room.left() + 18)
        painter.setPen(colours.q("text"))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, line.number)
        room.setRight(room.right() - metrics.horizontalAdvance(line.number) - _MARGIN)
        name = metrics.elidedText(class_text(line.name), Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, left, name)
        painter.restore()
