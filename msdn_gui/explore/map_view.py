"""One image with one attention map over it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsPathItem, QWidget

from msdn_core.domain.annotation import Box
from msdn_gui.widgets.picture_item import PictureItem


class MapView(pg.GraphicsView):
    """Image and map in the coordinates of the upright image's pixels, y downwards; zoom and pan by mouse."""

    hovered = Signal(object)
    """The image point under the mouse as (x, y), or None."""
    pressed = Signal()
    clicked = Signal(object, bool)
    """An image point (x, y), and whether it comes to what is chosen (Ctrl) or takes its place."""
    swept = Signal(object, bool)
    """An image rectangle (QRectF) drawn with Shift held, and whether it comes to what is chosen (Ctrl)."""
    double_clicked = Signal()
    zoomed = Signal()
    """The user has zoomed or panned here."""
    tab_pressed = Signal()
    """Tab swaps the sub-net in focus while a picture has the keyboard; Shift+Tab leaves it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(180, 140)
        self.box = pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0.0)
        self.setCentralItem(self.box)
        self.size_in_pixels: tuple[int, int] | None = None
        self.viewed: Box | None = None
        self._picture = PictureItem()
        self.heat = pg.ImageItem(axisOrder="row-major")
        self._outside = _path_item(QPen(Qt.PenStyle.NoPen), QBrush(QColor(0, 0, 0, 120)))
        self._frame = _path_item(_cosmetic("#ffffff", 1.0, 150))
        # Marks are drawn twice, wide and dark below, thin and light above: seen on any picture.
        self._peak = [_path_item(_cosmetic("#000000", 4.0, 150)), _path_item(_cosmetic("#ffffff", 1.8))]
        self._parts = [_path_item(_cosmetic("#000000", 4.5, 150)), _path_item(_cosmetic("#ffffff", 2.0))]
        self._regions = [_path_item(_cosmetic("#000000", 4.0, 150)), _path_item(_cosmetic("#ffffff", 1.8))]
        self._band = _path_item(_cosmetic("#ffffff", 1.0), QBrush(QColor(255, 255, 255, 50)))
        self._pressed_at: QPointF | None = None
        self._sweeps = False
        items = [self._picture, self.heat, self._outside, self._frame, *self._regions, *self._parts, *self._peak]
        items.append(self._band)
        for height, item in enumerate(items):
            item.setZValue(height)
            self.box.addItem(item, ignoreBounds=True)
        self._peak_at: tuple[float, float] | None = None
        self._part_points: list[tuple[float, float]] = []
        self.box.sigTransformChanged.connect(self._draw_marks)
        self._zoomed = False
        self.box.sigRangeChangedManually.connect(lambda *_: self.zoomed.emit())
        self.box.sigResized.connect(self._fit_again)
        self.clear_picture()

    # What is shown

    def show_picture(self, levels: tuple[QPixmap, ...], width: int, height: int) -> None:
        """Show an image in whole; its map comes later."""
        self.size_in_pixels = (width, height)
        self._picture.show_levels(levels, width, height)
        self.show_whole()

    def clear_picture(self) -> None:
        """Show nothing."""
        self.size_in_pixels = None
        self._picture.show_levels((), 0, 0)
        self.clear_map()

    def clear_map(self) -> None:
        """Take the map and its marks off."""
        self.viewed = None
        self.heat.clear()
        for item in (self._outside, self._frame, self._band):
            item.setPath(QPainterPath())
        self.mark_regions([])
        self.mark_peak(None)
        self.mark_parts([])

    def show_map(self, pixels: NDArray[np.uint8], viewed: Box, image_size: tuple[int, int]) -> None:
        """Lay (h, w, 3) pixels over what the network viewed; the rest of the image is dimmed."""
        self.viewed = viewed
        rectangle = QRectF(viewed.x, viewed.y, viewed.width, viewed.height)
        self.heat.setImage(pixels, autoLevels=False, levels=(0, 255))
        self.heat.setRect(rectangle)
        inside, whole = _rectangle_path(rectangle), _rectangle_path(QRectF(0, 0, *image_size))
        self._outside.setPath(whole.subtracted(inside))
        self._frame.setPath(inside)

    def set_overlay_opacity(self, opacity: float) -> None:
        """How much the map covers the image, 0 to 1."""
        self.heat.setOpacity(opacity)

    def set_overlay_visible(self, visible: bool) -> None:
        """Show or hide the map with its marks; the frame of what was viewed stays."""
        for item in (self.heat, *self._peak):
            item.setVisible(visible)

    def mark_peak(self, point: tuple[float, float] | None) -> None:
        """A small cross at the centre of the map's highest region."""
        self._peak_at = point
        self._draw_marks()

    def mark_parts(self, points: list[tuple[float, float]]) -> None:
        """Rings where the attribute's parts truly are."""
        self._part_points = points
        self._draw_marks()

    def mark_regions(self, rectangles: list[QRectF]) -> None:
        """An outline around regions that were chosen, in the image's pixels."""
        outline = QPainterPath()
        for rectangle in rectangles:
            outline = outline.united(_rectangle_path(rectangle))
        for item in self._regions:
            item.setPath(outline)

    def region_outline(self) -> QRectF:
        """What the outline of the chosen regions spans."""
        return self._regions[0].path().boundingRect()

    def peak_point(self) -> tuple[float, float] | None:
        """Where the cross is, in the image's pixels."""
        return self._peak_at

    def part_points(self) -> list[tuple[float, float]]:
        """Where the rings are, in the image's pixels."""
        return list(self._part_points)

    def keep_zoom(self) -> None:
        """What is seen now is chosen by the user: a change of the window's size does not show the whole image."""
        self._zoomed = True

    def show_whole(self) -> None:
        """Zoom out to the whole image."""
        self._zoomed = False
        if self.size_in_pixels is not None:
            self.box.setRange(QRectF(0, 0, *self.size_in_pixels), padding=0.0)

    # Mouse and zoom

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
        if not self._sweeps:
            super().mousePressEvent(event)
        self.pressed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._sweeps:
            self._band.setPath(_rectangle_path(self._between(self._pressed_at, event.position())))
        else:
            super().mouseMoveEvent(event)
        self.hovered.emit(self._image_point(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        began, swept = self._pressed_at, self._sweeps
        self._pressed_at, self._sweeps = None, False
        if not swept:
            super().mouseReleaseEvent(event)
        if began is None:
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

    def _fit_again(self, *_: object) -> None:
        if not self._zoomed:
            self.show_whole()
        self._draw_marks()

    def _image_point(self, position: QPointF) -> tuple[float, float] | None:
        if self.size_in_pixels is None:
            return None
        point = self.box.mapSceneToView(self.mapToScene(position.toPoint()))
        width, height = self.size_in_pixels
        return (point.x(), point.y()) if 0 <= point.x() < width and 0 <= point.y() < height else None

    def _between(self, *positions: QPointF) -> QRectF:
        corners = [self.box.mapSceneToView(self.mapToScene(position.toPoint())) for position in positions]
        return QRectF(*corners).normalized()

    def _draw_marks(self) -> None:
        # Marks keep their size on the screen while the picture is zoomed.
        pixel, _ = self.box.viewPixelSize()
        cross, rings = QPainterPath(), QPainterPath()
        if self._peak_at is not None:
            x, y = self._peak_at
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                cross.moveTo(x + 3 * dx * pixel, y + 3 * dy * pixel)
                cross.lineTo(x + 9 * dx * pixel, y + 9 * dy * pixel)
        for x, y in self._part_points:
            rings.addEllipse(QPointF(x, y), 7 * pixel, 7 * pixel)
        for item in self._peak:
            item.setPath(cross)
        for item in self._parts:
            item.setPath(rings)


def _cosmetic(colour: str, width: float, alpha: int = 255) -> QPen:
    shade = QColor(colour)
    shade.setAlpha(alpha)
    pen = QPen(shade, width)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


def _rectangle_path(rectangle: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRect(rectangle)
    return path


def _path_item(pen: QPen, brush: QBrush | None = None) -> QGraphicsPathItem:
    item = QGraphicsPathItem()
    item.setPen(pen)
    item.setBrush(brush or QBrush(Qt.BrushStyle.NoBrush))
    item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable, False)
    item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
    return item
