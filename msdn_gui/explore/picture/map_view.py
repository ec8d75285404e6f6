"""One image with a map over it, or with two that a divider parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from msdn_core.domain.annotation import Box
from msdn_gui.explore.picture.ink import Outline, path_item, pen, rectangle_path, stack
from msdn_gui.explore.picture.map_layer import MapLayer
from msdn_gui.explore.picture.map_marks import MapMarks
from msdn_gui.widgets.picture_item import PictureItem

_GRIP = 8.0
"""Pixels of the screen within which the divider is taken hold of."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is seen of an image, whatever its size: the middle in shares of width and height, and the zoom."""

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0
    """1 shows the whole image."""


class MapView(pg.GraphicsView):
    """Image and map in the coordinates of the upright image's pixels, y downwards; zoom and pan by mouse."""

    hovered = Signal(object)
    """The image point under the mouse as (x, y), or None."""
    pressed = Signal(object)
    """The image point of a press of a mouse button as (x, y), or None beside the image."""
    clicked = Signal(object, bool)
    """An image point (x, y), and whether it comes to what is chosen (Ctrl) or takes its place."""
    swept = Signal(object, bool)
    """An image rectangle (QRectF) drawn with Shift held, and whether it comes to what is chosen (Ctrl)."""
    double_clicked = Signal()
    zoomed = Signal(object)
    """The user has zoomed or panned here: the ``Place``."""
    wiped = Signal(float)
    """The divider is dragged to this share of the image's width."""
    tab_pressed = Signal()
    """Tab swaps the sub-net in focus while a picture has the keyboard; Shift+Tab leaves it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(120, 80)
        self.box = pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0.0)
        self.setCentralItem(self.box)
        self.size_in_pixels: tuple[int, int] | None = None
        self.place = Place()
        self.divider: float | None = None
        """Where two maps are parted, as a share of the image's width; None where one lies over the whole image."""
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
        self.box.sigRangeChangedManually.connect(self._take_zoom)
        self.box.sigResized.connect(lambda *_: self.show_place(self.place))
        self.clear_picture()

    @property
    def heat(self) -> pg.ImageItem:
        """The pixels of the first map."""
        return self.layers[0].heat

    # What is shown

    def show_picture(self, levels: tuple[QPixmap, ...], width: int, height: int) -> None:
        """Show an image in whole; its map comes later."""
        self.size_in_pixels = (width, height)
        self._picture.show_levels(levels, width, height)
        self.show_place(Place())
        self.divide(self.divider)

    def clear_picture(self) -> None:
        """Show nothing."""
        self.size_in_pixels = None
        self._picture.show_levels((), 0, 0)
        for layer in range(len(self.layers)):
            self.clear_map(layer)
        self._line.draw(QPainterPath())

    def clear_map(self, layer: int = 0) -> None:
        """Take a map and its cross off."""
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
        """Lay (h, w, 4) pixels over what the network viewed; the rest of the image is dimmed."""
        rectangle = QRectF(viewed.x, viewed.y, viewed.width, viewed.height)
        self.layers[layer].show(pixels, rectangle, peak)
        inside, whole = rectangle_path(rectangle), rectangle_path(QRectF(0, 0, *image_size))
        self._outside.setPath(whole.subtracted(inside))
        self._frame.setPath(inside)
        self._draw_marks()

    def show_overlay(self, visible: bool, opacity: float) -> None:
        """Show or hide maps and crosses, and how much a map covers the image, 0 to 1; the frame stays."""
        for layer in self.layers:
            layer.item.setVisible(visible)
            layer.heat.setOpacity(opacity)

    def divide(self, share: float | None) -> None:
        """Show the first map left of this share of the image's width and the second one right of it; None: not."""
        self.divider = share
        x = None if share is None or self.size_in_pixels is None else share * self.size_in_pixels[0]
        self.layers[0].keep_to(None, x)
        self.layers[1].keep_to(x, None)
        self._draw_marks()

    def redraw_marks(self) -> None:
        """After ``marks`` were given something else."""
        self._draw_marks()

    # Mouse and zoom

    def show_place(self, place: Place) -> None:
        """Zoom and pan to a place of the image."""
        self.place = place
        across, down = self.box.width(), self.box.height()
        if self.size_in_pixels is None or across <= 0 or down <= 0:
            return
        width, height = self.size_in_pixels
        scale = self._fit() * place.zoom
        seen = QRectF(0, 0, across / scale, down / scale)
        seen.moveCenter(QPointF(place.x * width, place.y * height))
        self.box.setRange(seen, padding=0.0)
        self._draw_marks()

    def event(self, event: QEvent) -> bool:
        plain = event.type() == QEvent.Type.KeyPress and not event.modifiers()
        if plain and event.key() == Qt.Key.Key_Tab:
            self.tab_pressed.emit()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed_at = event.position() if left else None
        self._sweeps = left and bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._drags = left and not self._sweeps and self._grips(event.position())
        if not (self._sweeps or self._drags):
            super().mousePressEvent(event)
        self.pressed.emit(self._image_point(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drags and self.size_in_pixels is not None:
            share = self._map(event.position()).x() / self.size_in_pixels[0]
            self.wiped.emit(min(max(share, 0.0), 1.0))
        elif self._sweeps:
            self._band.setPath(rectangle_path(self._between(self._pressed_at, event.position())))
        else:
            super().mouseMoveEvent(event)
            grips = self._grips(event.position())
            self.viewport().setCursor(Qt.CursorShape.SplitHCursor if grips else Qt.CursorShape.ArrowCursor)
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
            self.swept.emit(self._between(began, event.position()), adds)
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
        """Pixels of the screen that one of the image measures where all of it is seen."""
        width, height = self.size_in_pixels or (1, 1)
        return min(self.box.width() / width, self.box.height() / height)

    def _take_zoom(self, *_: object) -> None:
        if self.size_in_pixels is None:
            return
        seen, (width, height) = self.box.viewRect(), self.size_in_pixels
        zoom = self.box.width() / seen.width() / self._fit()
        self.place = Place(seen.center().x() / width, seen.center().y() / height, zoom)
        self.zoomed.emit(self.place)

    def _map(self, position: QPointF) -> QPointF:
        point: QPointF = self.box.mapSceneToView(self.mapToScene(position.toPoint()))
        return point

    def _grips(self, position: QPointF) -> bool:
        if self.divider is None or self.size_in_pixels is None:
            return False
        pixel, _ = self.box.viewPixelSize()
        return abs(self._map(position).x() - self.divider * self.size_in_pixels[0]) <= _GRIP * pixel

    def _image_point(self, position: QPointF) -> tuple[float, float] | None:
        if self.size_in_pixels is None:
            return None
        point = self._map(position)
        width, height = self.size_in_pixels
        return (point.x(), point.y()) if 0 <= point.x() < width and 0 <= point.y() < height else None

    def _between(self, *positions: QPointF) -> QRectF:
        return QRectF(*map(self._map, positions)).normalized()

    def _draw_marks(self) -> None:
        # Marks keep their size on the screen while the picture is zoomed.
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
