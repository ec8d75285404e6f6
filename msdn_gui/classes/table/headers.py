"""The frozen headers: classes with their signs on the left; attributes, upright, below their groups at the top."""

from __future__ import annotations

from heapq import nlargest
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView

from msdn_core.domain.display_names import class_text, group_text, value_text
from msdn_gui.look.theme import theme
from msdn_gui.widgets.mark import MARK_SIDE, mark_pixmap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_gui.classes.table.model import ClassTableModel

BAND = 24
"""Pixels: the height of the row of groups."""
_MARGIN = 8
_ARROW = 20
"""Pixels: the width of the area that folds a group when it is clicked."""
_NAMES_WIDTH = (200, 260)
_NAMES_HEIGHT = (48, 132)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class _FrozenHeader(QHeaderView):
    """All sections have one size; only the visible ones are painted."""

    def __init__(self, orientation: Qt.Orientation, model: ClassTableModel) -> None:
        super().__init__(orientation)
        self._table_model = model
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSectionsClickable(True)
        self.setMouseTracking(True)
        theme().changed.connect(self.viewport().update)

    def widest(self, names: Sequence[str]) -> int:
        """Return the width of the widest name in pixels; only the longest are measured, as measuring all is slow."""
        return max(map(self.fontMetrics().horizontalAdvance, nlargest(12, names, key=len)), default=0)

    def visible(self, rect: QRect) -> range:
        """Return the sections in a part of the header."""
        is_horizontal = self.orientation() is Qt.Orientation.Horizontal
        start, end = (rect.left(), rect.right()) if is_horizontal else (rect.top(), rect.bottom())
        first, last = self.visualIndexAt(start), self.visualIndexAt(end)
        if first < 0:
            return range(0)
        return range(first, (last if last >= 0 else self.count() - 1) + 1)


class ClassHeader(_FrozenHeader):
    """The names of the classes with the sign of seen or unseen."""

    def __init__(self, model: ClassTableModel) -> None:
        super().__init__(Qt.Orientation.Vertical, model)
        self.setObjectName("class_names")
        self.setAccessibleName("Classes")

    def sizeHint(self) -> QSize:
        """Return a width that fits the longest name, within limits."""
        widest = self.widest([class_text(name) for name in self._table_model.table.classes])
        return QSize(min(max(widest + 22 + 2 * _MARGIN, _NAMES_WIDTH[0]), _NAMES_WIDTH[1]), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible names."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, model, width = theme().colours, self._table_model, self.viewport().width()
        painter.fillRect(event.rect(), colours.q("panel"))
        metrics, height, selection = painter.fontMetrics(), self.defaultSectionSize(), self.selectionModel()
        signs = [mark_pixmap(mark, self.devicePixelRatioF()) for mark in ("unseen", "seen")]
        room = width - 2 * _MARGIN - 18
        for row in self.visible(event.rect()):
            top = self.sectionViewportPosition(row)
            if selection.rowIntersectsSelection(row):
                painter.fillRect(0, top, width, height, colours.q("selection"))
            seen = bool(model.table.seen[model.rows[row]])
            painter.drawPixmap(QPointF(_MARGIN - 2, top + (height - MARK_SIDE) / 2), signs[seen])
            name = metrics.elidedText(class_text(model.class_at(row)), Qt.TextElideMode.ElideRight, room)
            painter.setPen(colours.q("text"))
            painter.drawText(QRectF(_MARGIN + 18, top, width - _MARGIN - 18, height), _LEFT, name)
        painter.fillRect(width - 1, event.rect().top(), 1, event.rect().height(), colours.q("line"))
        painter.end()


class AttributeHeader(_FrozenHeader):
    """Two rows: groups above their attributes, and the names of the attributes."""

    group_pressed = Signal(int, int)
    """First and last column of a group that was clicked."""
    fold_requested = Signal(str)
    """The group whose arrow was clicked."""

    def __init__(self, model: ClassTableModel) -> None:
        super().__init__(Qt.Orientation.Horizontal, model)
        self.setObjectName("attribute_names")
        self.setAccessibleName("Attributes")

    def sizeHint(self) -> QSize:
        """Return a height that fits the longest name, within limits."""
        longest = self.widest([value_text(attribute) for attribute in self._table_model.table.attributes])
        return QSize(0, BAND + min(max(longest + 2 * _MARGIN + 4, _NAMES_HEIGHT[0]), _NAMES_HEIGHT[1]))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold a group by its arrow, or select its columns."""
        column = self.logicalIndexAt(event.position().toPoint())
        if event.position().y() < BAND and column >= 0 and event.button() == Qt.MouseButton.LeftButton:
            first, last = self._table_model.spans[column]
            left = max(self.sectionViewportPosition(first), 0)
            if event.position().x() < left + _ARROW and self._table_model.group_at(column):
                self.fold_requested.emit(self._table_model.group_at(column))
            else:
                self.group_pressed.emit(first, last)
            event.accept()
            return
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the attributes and groups in the exposed part."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, bounds = theme().colours, self.viewport().rect()
        painter.fillRect(bounds, colours.q("panel"))
        sections = self.visible(event.rect())
        self._paint_names(painter, sections, bounds.height())
        column = sections.start
        while column in sections:
            first, last = self._table_model.spans[column]
            self._paint_group(painter, first, last, bounds)
            column = last + 1
        painter.fillRect(0, bounds.height() - 1, bounds.width(), 1, colours.q("line"))
        painter.end()

    def _paint_names(self, painter: QPainter, sections: range, height: int) -> None:
        colours, model, selection = theme().colours, self._table_model, self.selectionModel()
        metrics, width, room = painter.fontMetrics(), self.defaultSectionSize(), height - BAND - 2 * _MARGIN
        for column in sections:
            left = self.sectionViewportPosition(column)
            if selection.columnIntersectsSelection(column):
                painter.fillRect(left, BAND, width, height - BAND, colours.q("selection"))
            attribute = int(model.columns[column])
            is_folded = attribute in model.members
            if is_folded:
                name = f"{group_text(model.group_at(column))} ({len(model.members[attribute])})"
            else:
                name = value_text(model.table.attributes[attribute])
            painter.save()
            painter.translate(left, height - _MARGIN)
            painter.rotate(-90)
            painter.setPen(colours.q("muted" if is_folded else "text"))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(0, 0, room + _MARGIN, width), _LEFT, shown)
            painter.restore()
            if model.sorted_by is not None and model.sorted_by[0] == model.columns[column]:
                painter.setPen(colours.q("accent"))
                arrow = "▾" if model.sorted_by[1] else "▴"
                painter.drawText(QRectF(left, BAND, width, 14), Qt.AlignmentFlag.AlignCenter, arrow)

    def _paint_group(self, painter: QPainter, first: int, last: int, bounds: QRect) -> None:
        colours, width = theme().colours, self.defaultSectionSize()
        left = self.sectionViewportPosition(first)
        right = self.sectionViewportPosition(last) + width
        painter.fillRect(right - 1, 0, 1, bounds.height(), colours.q("line"))
        # The name stays visible as long as a part of its group is.
        room = QRectF(max(left, 0) + 6, 0, min(right, bounds.width()) - max(left, 0) - 10, BAND)
        painter.setPen(colours.q("muted"))
        group = self._table_model.group_at(first)
        if group:
            painter.drawText(room, _LEFT, "▸" if group in self._table_model.folded else "▾")
            room.setLeft(room.left() + 14)
        text = painter.fontMetrics().elidedText(group_text(group), Qt.TextElideMode.ElideRight, int(room.width()) + 1)
        painter.drawText(room, _LEFT, text)
