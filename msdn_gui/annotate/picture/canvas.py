"""The selected image, upright: zoomed with the wheel, panned and marked with the mouse."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView

from msdn_gui.annotate.picture.geometry import between, moved, resized
from msdn_gui.annotate.picture.marks_item import MarksItem
from msdn_gui.look.theme import theme
from msdn_gui.widgets.maps.picture_item import PictureItem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msdn_core.domain.annotation import Box, Mark, PartPoint
    from msdn_gui.widgets.maps.picture_loader import Picture

_ZOOM_STEP = 1.25
_MAX_SCALE = 16.0
_MIN_BOX = 3
"""In pixels of the image: anything smaller was a click, not a box."""
_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Tool(StrEnum):
    """What the mouse does in the image; LOOK only pans."""

    LOOK = "look"
    SELECT = "select"
    BOX = "box"
    POINT = "point"


class Canvas(QGraphicsView):
    """The scene's units are the pixels of the upright image, origin top left."""

    drawn = Signal(object)
    """The ``Box`` of a new mark; one without extent is a point."""
    changed = Signal(int, object)
    """A mark's number, and its new ``Box``."""
    selected = Signal(object)
    """The number of the selected mark, or None."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("canvas")
        self.setAccessibleName("Selected image")
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(240, 180)
        self.picture: Picture | None = None
        self._item = PictureItem()
        self.scene().addItem(self._item)
        self._marks = MarksItem()
        self.scene().addItem(self._marks)
        self.tool = Tool.LOOK
        self._is_whole = True
        self._pan_from: QPointF | None = None
        self._pressed_at: QPointF | None = None
        self._handle: tuple[float, float] | None = None
        theme().changed.connect(self._update_colours)
        self._update_colours()

    def show_picture(self, picture: Picture | None) -> None:
        """Show a whole image, or nothing."""
        self.picture = picture
        width, height = (picture.width, picture.height) if picture is not None else (0, 0)
        levels = tuple(map(QPixmap.fromImage, picture.levels)) if picture is not None else ()
        self._item.show_levels(levels, width, height)
        self.show_whole()

    def show_whole(self) -> None:
        """Zoom out to the whole image."""
        self._is_whole = True
        place = self._item.boundingRect()
        self._marks.set_place(place)
        # When zoomed in, the image can be panned by its own size in each direction.
        self.setSceneRect(place.adjusted(-place.width(), -place.height(), place.width(), place.height()))
        if not place.isEmpty():
            self.fitInView(place, Qt.AspectRatioMode.KeepAspectRatio)

    def zoom(self, factor: float) -> None:
        """Zoom by a factor around the mouse, within limits."""
        scale = self.transform().m11() * factor
        place = self._item.boundingRect()
        if not place.isEmpty() and scale <= _MAX_SCALE and scale * max(place.width(), place.height()) > 40:
            self._is_whole = False
            self.scale(factor, factor)

    # Marks

    def set_tool(self, tool: Tool) -> None:
        """Select what the mouse does."""
        self.tool = tool
        shape = Qt.CursorShape.CrossCursor if tool in (Tool.BOX, Tool.POINT) else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def show_marks(self, marks: Mapping[int, Mark], given_box: Box | None, given: tuple[PartPoint, ...]) -> None:
        """Draw marks by number, and below them, dotted, the box and points of the data set."""
        self._marks.marks, self._marks.given_box, self._marks.given_points = marks, given_box, given
        if self._marks.selected not in marks:
            self._marks.selected = None
        self._marks.changed_place = None
        self._marks.update()

    def select(self, number: int | None) -> None:
        """Select a mark by its number, None for none."""
        if number != self._marks.selected:
            self._marks.selected = number
            self._marks.update()
            self.selected.emit(number)

    @property
    def selected_mark(self) -> int | None:
        """The number of the selected mark."""
        return self._marks.selected

    # Mouse and keys

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom."""
        self.zoom(_ZOOM_STEP if event.angleDelta().y() > 0 else 1 / _ZOOM_STEP)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start to draw, to move a mark or to pan."""
        point = self.mapToScene(event.position().toPoint())
        left = event.button() is Qt.MouseButton.LeftButton and self.picture is not None
        if left and self.tool in (Tool.BOX, Tool.POINT):
            self.select(None)
            self._pressed_at = point
        elif left and self.tool is Tool.SELECT and self._grab(point):
            self._pressed_at = point
        else:
            self._pan_from = event.position()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the mark where it would be, or pan."""
        if self._pressed_at is not None:
            self._marks.changed_place = self._place_at(self.mapToScene(event.position().toPoint()))
            self._marks.update()
        elif self._pan_from is not None:
            by = event.position() - self._pan_from
            self._pan_from = event.position()
            for bar, distance in ((self.horizontalScrollBar(), by.x()), (self.verticalScrollBar(), by.y())):
                bar.setValue(bar.value() - round(distance))
            self._is_whole = False
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Report the mark that was drawn, moved or resized."""
        self._pan_from = None
        if self._pressed_at is None:
            return
        place = self._place_at(self.mapToScene(event.position().toPoint()))
        self._pressed_at = None
        self._marks.changed_place = None
        self._marks.update()
        event.accept()
        if self._marks.selected is not None:
            self._change(place)
        elif self.tool is Tool.POINT or (place.width >= _MIN_BOX and place.height >= _MIN_BOX):
            self.drawn.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the selected mark by a pixel, or resize it with Shift."""
        shifted = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        number = self._marks.selected
        if event.key() not in _ARROWS or number is None or (event.modifiers() and not shifted):
            super().keyPressEvent(event)
            return
        dx, dy = _ARROWS[event.key()]
        box, size = self._marks.place_of(number), self._size()
        if shifted and not self._marks.marks[number].is_point:
            self._change(resized(box, (1.0, 1.0), box.x + box.width + dx, box.y + box.height + dy, *size))
        else:
            self._change(moved(box, dx, dy, *size))
        event.accept()

    def _grab(self, point: QPointF) -> bool:
        """Grab a handle or select the mark at a point; return whether there is one."""
        pixel = 1 / self.transform().m11()
        self._handle = self._marks.handle_at(point, pixel)
        if self._handle is None:
            self.select(self._marks.mark_at(point, pixel))
        return self._marks.selected is not None

    def _place_at(self, point: QPointF) -> Box:
        """Return the box of the grabbed or new mark for a mouse position."""
        start, size = self._pressed_at or point, self._size()
        number = self._marks.selected
        if number is None:
            end = start if self.tool is Tool.POINT else point
            return between(start.x(), start.y(), end.x(), end.y(), *size)
        box = self._marks.marks[number].place
        if self._handle is not None:
            return resized(box, self._handle, point.x(), point.y(), *size)
        return moved(box, point.x() - start.x(), point.y() - start.y(), *size)

    def _change(self, place: Box) -> None:
        number = self._marks.selected
        if number is not None and place != self._marks.marks[number].place:
            self.changed.emit(number, place)

    def _size(self) -> tuple[int, int]:
        return (self.picture.width, self.picture.height) if self.picture is not None else (1, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep showing the whole image."""
        super().resizeEvent(event)
        if self._is_whole:
            self.show_whole()

    def _update_colours(self) -> None:
        self.setBackgroundBrush(theme().colours.q("canvas"))
