"""One slider per attribute, drawn and moved in a list, so that only the visible ones cost time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from msdn_gui.classes.values.numbers import shown
from msdn_gui.look.theme import theme

if TYPE_CHECKING:
    from msdn_gui.classes.what_if.slider_model import Slider, SliderModel
    from msdn_gui.widgets.index import Index

ROW_HEIGHT = 26
STEPS = 100
"""The number of steps of a slider between the lowest and the highest value of the table."""
_MARGIN = 12
_NUMBER_WIDTH = 48
_HANDLE = 6.0
_KEYS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Minus: -1,
    Qt.Key.Key_Plus: 1,
    Qt.Key.Key_Home: -STEPS,
    Qt.Key.Key_End: STEPS,
}


def track_of(rect: QRect) -> QRectF:
    """Return where the middle of the handle moves within a row."""
    left = rect.left() + _MARGIN + round(0.46 * (rect.width() - 2 * _MARGIN - _NUMBER_WIDTH))
    return QRectF(left, rect.top(), rect.right() - _MARGIN - _NUMBER_WIDTH - left, rect.height())


class SliderView(QListView):
    """The mouse drags a handle; Left, Right, Home and End move the current one, Shift by ten steps."""

    moved = Signal(int, float, int)
    """The table's column, the new value, and the number of the gesture: moves of one gesture are one step to undo."""
    attribute_selected = Signal(int)
    """The column whose slider became the current one."""

    def __init__(self, model: SliderModel) -> None:
        super().__init__()
        self.setObjectName("sliders")
        self.setAccessibleName("Attributes of the class")
        self.setAccessibleDescription("Left and Right change the value")
        self.items = model
        self._gesture = 0
        self._dragged = -1
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(_SliderDelegate(model, self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)

    def show_column(self, column: int) -> None:
        """Make an attribute's slider the current one."""
        row = self.items.row_of(column)
        if row >= 0 and row != self.currentIndex().row():
            self.setCurrentIndex(self.items.index(row))

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Select the attribute of the current slider."""
        super().currentChanged(current, previous)
        self._gesture += 1
        slider = self.items.slider_at(current)
        if slider is not None:
            self.attribute_selected.emit(slider.column)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin another step to undo."""
        super().focusInEvent(event)
        self._gesture += 1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag a handle."""
        super().mousePressEvent(event)
        place = event.position()
        index = self.indexAt(place.toPoint())
        if (
            self.items.slider_at(index) is None
            or event.button() is not Qt.MouseButton.LeftButton
            or not self.items.editable
        ):
            return
        if track_of(self.visualRect(index)).adjusted(-_HANDLE, 0, _HANDLE, 0).contains(place):
            self._gesture += 1
            self._dragged = index.row()
            self._drag(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the handle."""
        if self._dragged >= 0:
            self._drag(event.position())
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        self._dragged = -1
        self._gesture += 1
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the current slider."""
        by = _KEYS.get(Qt.Key(event.key()))
        slider = self.items.slider_at(self.currentIndex())
        if by is None or slider is None:
            super().keyPressEvent(event)
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            by *= 10
        low, high = self.items.table.value_range
        self._move(slider, slider.value + by * (high - low) / STEPS)

    def _drag(self, place: QPointF) -> None:
        index = self.items.index(self._dragged)
        slider = self.items.slider_at(index)
        if slider is None:
            return
        track, (low, high) = track_of(self.visualRect(index)), self.items.table.value_range
        share = (place.x() - track.left()) / max(track.width(), 1.0)
        self._move(slider, low + round(STEPS * share) * (high - low) / STEPS)

    def _move(self, slider: Slider, value: float) -> None:
        low, high = self.items.table.value_range
        # Rounded, so that a value is what a person would type: 0.3, not 0.30000000000000004.
        value = round(min(max(value, low), high), 10) + 0.0
        if self.items.editable and value != slider.value:
            self.moved.emit(slider.column, value, self._gesture)


class _SliderDelegate(QStyledItemDelegate):
    def __init__(self, model: SliderModel, parent: SliderView) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        slider, rect, colours = self._model.slider_at(index), QRect(option.rect), theme().colours
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if slider is None:
            painter.setPen(colours.q("muted"))
            room = rect.adjusted(_MARGIN, 4, -_MARGIN, 0)
            text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, left, text)
            painter.restore()
            return
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colours.q("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, colours.q("hover"))
        track, (low, high) = track_of(rect), self._model.table.value_range
        label = QRectF(rect.left() + _MARGIN, rect.top(), track.left() - rect.left() - _MARGIN - 10, rect.height())
        painter.setPen(colours.q("text"))
        name = painter.fontMetrics().elidedText(slider.name, Qt.TextElideMode.ElideRight, int(label.width()))
        painter.drawText(label, left, name)
        self._paint_track(painter, track, (slider.value - low) / ((high - low) or 1.0), state)
        painter.setPen(colours.q("text" if slider.value else "muted"))
        number = QRectF(track.right() + 4, rect.top(), rect.right() - _MARGIN - track.right() - 4, rect.height())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(number, right, shown(slider.value))
        painter.restore()

    def _paint_track(self, painter: QPainter, track: QRectF, share: float, state: QStyle.StateFlag) -> None:
        colours, middle = theme().colours, track.center().y()
        low, high = self._model.table.value_range
        zero = track.left() + track.width() * (0.0 - low) / ((high - low) or 1.0)
        place = track.left() + track.width() * min(max(share, 0.0), 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.q("pressed"))
        painter.drawRoundedRect(QRectF(track.left(), middle - 2, track.width(), 4), 2, 2)
        painter.setBrush(colours.q("accent" if self._model.editable else "disabled"))
        painter.drawRoundedRect(QRectF(min(zero, place), middle - 2, abs(place - zero), 4), 2, 2)
        if self._model.editable:
            current = state & QStyle.StateFlag.State_Selected and state & QStyle.StateFlag.State_Active
            painter.setPen(colours.q("accent" if current else "disabled"))
            painter.setBrush(colours.q("raised"))
            painter.drawEllipse(QPointF(place, middle), _HANDLE, _HANDLE)
