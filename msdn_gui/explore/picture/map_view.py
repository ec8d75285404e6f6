"""One image with a map over it, or with two maps and a divider between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QMouseEvent, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from msdn_gui.explore.picture.ink import Outline, path_item, pen, rectangle_path, stack
from msdn_gui.explore.picture.map_layer import MapLayer
from msdn_gui.explore.picture.map_marks import MapMarks
from msdn_gui.widgets.maps.picture_item import PictureItem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from msdn_core.domain.annotation import Box

_GRIP = 8.0
"""Screen pixels within which the divider can be dragged."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """The visible part of an image of any size: its centre as fractions of width and height, and the zoom."""

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0
    """1 shows the whole image."""


class MapView(pg.GraphicsView):
    """Image and map in the coordinates of the upright image's pixels, y downwards; zoom and pan by mouse."""

    hovered = Signal(object)
    """The image point under the pointer as (x, y), or None."""
    pressed = Signal(object)
    """The image point where a mouse button was pressed as (x, y), or None outside the image."""
    clicked = Signal(object, bool)
    """An image point (x, y), and whether it adds to the selection (Ctrl) or replaces it."""
    swept = Signal(object, bool)
    """An image rectangle (QRectF) drawn with Shift held, and whether it adds to the selection (Ctrl)."""
    double_clicked = Signal()
    zoomed = Signal(object)
    """The user zoomed or panned to a ``Viewport``."""
    wiped = Signal(float)
    """The divider was dragged to this fraction of the image's width."""
    tab_pressed = Signal()
    """Tab switches the sub-net in focus while a picture has the keyboard focus; Shift+Tab leaves the picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(120, 80)
        self.box = pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0.0)
        self.setCentralItem(self.box)
        self.size_in_pixels: tuple[int, int] | None = None
        self.visible_part = Viewport()
        self.divider: float | None = None
        """The divider between two maps, as a fraction of the image's width; None if there is one map."""
        self._picture = PictureItem()
        self.layers = (MapLayer(), MapLayer())
        self._outside = path_item(QPen(Qt.PenStyle.NoPen), QBrush(QColor(0, 0, 0, 120)))
        self._frame = path_item(pen("#ffffff", 1.0, 150))
        self._line = Outline(2.0)
        self._band = path_item(pen("#ffffff", 1.0), QBrush(QColor(255, 255, 255, 50)))
        items = [self._picture, *(layer.item for layer in self.layers), self._outside, self._frame]
        stack(self.box, [*items, *self._line.items, self._band], 0)
        self.marks = MapMarks(self.box, len(items) + 3)
        self._pressed_at: QPointF | None = None
        self._sweeps = self._drags = False
        self.box.sigTransformChanged.connect(self._draw_marks)
        self.box.sigRangeChangedManually.connect(self._on_zoomed)
        self.box.sigResized.connect(lambda *_: self.show_viewport(self.visible_part))
        self.clear_picture()

    @property
    def heat(self) -> pg.ImageItem:
        """The pixels of the first map."""
        return self.layers[0].heat

    # Contents

    def show_picture(self, levels: tuple[QPixmap, ...], width: int, height: int) -> None:
        """Show a whole image, without maps."""
        self.size_in_pixels = (width, height)
        self._picture.show_levels(levels, width, height)
        self.show_viewport(Viewport())
        self.set_divider(self.divider)

    def clear_picture(self) -> None:
        """Show no image."""
        self.size_in_pixels = None
        self._picture.show_levels((), 0, 0)
        for layer in range(len(self.layers)):
            self.clear_map(layer)
        self._line.draw(QPainterPath())

    def clear_map(self, layer: int = 0) -> None:
        """Remove a map and its cross."""
        self.layers[layer].clear()
        if all(one.peak is None for one in self.layers):
            for item in (self._outside, self._frame, self._band):
                item.setPath(QPainterPath())

    def show_map(
        self,
        pixels: NDArray[np.uint8],
        viewed: Box,
        image_size: tuple[int, int],
        peak: tuple[float, float],
        layer: int = 0,
    ) -> None:
        """Show (h, w, 4) pixels over what the network viewed, and dim the rest of the image."""
        rectangle = QRectF(viewed.x, viewed.y, viewed.width, viewed.height)
        self.layers[layer].show(pixels, rectangle, peak)
        inside, whole = rectangle_path(rectangle), rectangle_path(QRectF(0, 0, *image_size))
        self._outside.setPath(whole.subtracted(inside))
        self._frame.setPath(inside)
        self._draw_marks()

    def show_overlay(self, visible: bool, opacity: float) -> None:
        """Show or hide maps and crosses, and set the opacity, 0 to 1; the frame stays visible."""
        for layer in self.layers:
            layer.item.setVisible(visible)
            layer.heat.setOpacity(opacity)

    def set_divider(self, share: float | None) -> None:
        """Show the first map left of a fraction of the image's width, the second right of it; None: no divider."""
        self.divider = share
        x = None if share is None or self.size_in_pixels is None else share * self.size_in_pixels[0]
        self.layers[0].clip_to(None, x)
        self.layers[1].clip_to(x, None)
        self._draw_marks()

    def redraw_marks(self) -> None:
        """Draw ``marks`` again after a change."""
        self._draw_marks()

    # Mouse and zoom

    def show_viewport(self, viewport: Viewport) -> None:
        """Zoom and pan the image."""
        self.visible_part = viewport
        across, down = self.box.width(), self.box.height()
        if self.size_in_pixels is None or across <= 0 or down <= 0:
            return
        width, height = self.size_in_pixels
        scale = self._fit() * viewport.zoom
        seen = QRectF(0, 0, across / scale, down / scale)
        seen.moveCenter(QPointF(viewport.x * width, viewport.y * height))
        self.box.setRange(seen, padding=0.0)
        self._draw_marks()

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Tab
            and not event.modifiers()
        ):
            self.tab_pressed.emit()
            return True
        return bool(super().event(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed_at = event.position() if left else None
        self._sweeps = left and bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._drags = left and not self._sweeps and self._is_on_divider(event.position())
        if not (self._sweeps or self._drags):
            super().mousePressEvent(event)
        self.pressed.emit(self._image_point(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drags and self.size_in_pixels is not None:
            share = self._map(event.position()).x() / self.size_in_pixels[0]
            self.wiped.emit(min(max(share, 0.0), 1.0))
        elif self._sweeps:
            self._band.setPath(rectangle_path(self._rectangle(self._pressed_at or event.position(), event.position())))
        else:
            super().mouseMoveEvent(event)
            is_on_divider = self._is_on_divider(event.position())
            self.viewport().setCursor(Qt.CursorShape.SplitHCursor if is_on_divider else Qt.CursorShape.ArrowCursor)
        self.hovered.emit(self._image_point(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        began, swept, dragged = self._pressed_at, self._sweeps, self._drags
        self._pressed_at, self._sweeps, self._drags = None, False, False
        if not (swept or dragged):
            super().mouseReleaseEvent(event)
        if began is None or dragged:
            return
        adds = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        moved = (event.position() - began).manhattanLength() >= QApplication.startDragDistance()
        if swept and moved:
            self.swept.emit(self._rectangle(began, event.position()), adds)
        elif not moved and (point := self._image_point(event.position())) is not None:
            self.clicked.emit(point, adds or swept)
        self._band.setPath(QPainterPath())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.double_clicked.emit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)

    def _fit(self) -> float:
        """Return the size of an image pixel in screen pixels when the whole image is visible."""
        width, height = self.size_in_pixels or (1, 1)
        return min(float(self.box.width()) / width, float(self.box.height()) / height)

    def _on_zoomed(self, *_: object) -> None:
        if self.size_in_pixels is None:
            return
        seen, (width, height) = self.box.viewRect(), self.size_in_pixels
        zoom = self.box.width() / seen.width() / self._fit()
        self.visible_part = Viewport(seen.center().x() / width, seen.center().y() / height, zoom)
        self.zoomed.emit(self.visible_part)

    def _map(self, position: QPointF) -> QPointF:
        point: QPointF = self.box.mapSceneToView(self.mapToScene(position.toPoint()))
        return point

    def _is_on_divider(self, position: QPointF) -> bool:
        if self.divider is None or self.size_in_pixels is None:
            return False
        pixel, _ = self.box.viewPixelSize()
        distance = abs(self._map(position).x() - self.divider * self.size_in_pixels[0])
        return bool(distance <= _GRIP * pixel)

    def _image_point(self, position: QPointF) -> tuple[float, float] | None:
        if self.size_in_pixels is None:
            return None
        point = self._map(position)
        width, height = self.size_in_pixels
        return (point.x(), point.y()) if 0 <= point.x() < width and 0 <= point.y() < height else None

    def _rectangle(self, start: QPointF, end: QPointF) -> QRectF:
        return QRectF(self._map(start), self._map(end)).normalized()

    def _draw_marks(self) -> None:
        # Marks keep their screen size while the picture is zoomed.
        pixel, _ = self.box.viewPixelSize()
        for layer in self.layers:
            layer.draw(pixel)
        self.marks.draw(pixel)
        line = QPainterPath()
        if self.divider is not None and self.size_in_pixels is not None:
            x, (_, height) = self.divider * self.size_in_pixels[0], self.size_in_pixels
            line.moveTo(x, 0)
            line.lineTo(x, height)
            line.addEllipse(QPointF(x, height / 2), 5 * pixel, 5 * pixel)
        self._line.draw(line)
