"""The classes that lie nearest to the chosen one, with their cosines; a click goes to one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.closeness import nearest_classes
from msdn_gui.theme import SEEN_SIGN, UNSEEN_SIGN, theme
from msdn_gui.widgets.mark import draw_mark

COUNT = 5
_HEIGHT = 24
_MARGIN = 8
_MARK_ROLE = Qt.ItemDataRole.UserRole + 1
_COSINE_ROLE = Qt.ItemDataRole.UserRole + 2
_NAME_ROLE = Qt.ItemDataRole.UserRole + 3
Index = QModelIndex | QPersistentModelIndex


class NearestModel(QAbstractListModel):
    """One row a class: its name, its kind and its cosine with the chosen one."""

    def __init__(self) -> None:
        super().__init__()
        self.neighbours: list[tuple[str, bool, float]] = []
        """Name, whether seen, and cosine; the nearest first."""

    def show_neighbours(self, table: ClassTable, row: int, *, clip_negative: bool) -> None:
        """Those of a row of the table; a row below 0 has none."""
        self.beginResetModel()
        self.neighbours = []
        if row >= 0:
            rows, cosines = nearest_classes(table.unit_vectors(clip_negative=clip_negative), row, COUNT)
            self.neighbours = [
                (table.classes[other], bool(table.seen[other]), cosine)
                for other, cosine in zip(rows.tolist(), cosines.tolist(), strict=True)
            ]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.neighbours)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.neighbours):
            return None
        name, seen, cosine = self.neighbours[index.row()]
        kind = "seen" if seen else "unseen"
        texts = {
            Qt.ItemDataRole.DisplayRole: f"{SEEN_SIGN if seen else UNSEEN_SIGN} {name} {cosine:.3f}",
            Qt.ItemDataRole.ToolTipRole: f"{name} ({kind})\nCosine {cosine:.6f}; click to go there",
            Qt.ItemDataRole.AccessibleTextRole: f"{name}, {kind}, cosine {cosine:.3f}",
            _MARK_ROLE: kind,
            _COSINE_ROLE: f"{cosine:.3f}".replace("-", "−"),
            _NAME_ROLE: name,
        }
        return texts.get(role)


class NearestList(QListView):
    """As high as its rows; Enter or a click chooses a class."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("nearest_classes")
        self.setAccessibleName("Nearest classes")
        self.items = NearestModel()
        self.items.setParent(self)
        self.setModel(self.items)
        self.setItemDelegate(_NeighbourDelegate(self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFixedHeight(COUNT * _HEIGHT)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        for signal in (self.clicked, self.activated):
            signal.connect(lambda index: self.chosen.emit(index.data(_NAME_ROLE)))


class _NeighbourDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(100, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, rect = theme().colours, QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            painter.fillRect(rect, colours.q("hover"))
        draw_mark(painter, QPointF(rect.left() + _MARGIN + 5, rect.center().y()), index.data(_MARK_ROLE))
        painter.setPen(colours.q("text"))
        metrics, cosine = painter.fontMetrics(), index.data(_COSINE_ROLE)
        room = rect.adjusted(_MARGIN + 18, 0, -_MARGIN, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, cosine)
        room.setRight(room.right() - metrics.horizontalAdvance(cosine) - _MARGIN)
        name = metrics.elidedText(index.data(_NAME_ROLE), Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()
