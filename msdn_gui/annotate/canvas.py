"""The chosen image, upright, zoomed by the wheel and moved by the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView

from msdn_gui.theme import theme
from msdn_gui.widgets.picture_item import PictureItem
from msdn_gui.widgets.picture_loader import Picture

_STEP = 1.25
_MOST = 16.0


class Canvas(QGraphicsView):
    """The scene's units are the pixels of the upright image, origin top left."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("canvas")
        self.setAccessibleName("The chosen image")
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
        self._whole = True
        self._dragged_from: QPointF | None = None
        theme().changed.connect(self._colour)
        self._colour()

    def show_picture(self, picture: Picture | None) -> None:
        """Show an image in whole, or nothing."""
        self.picture = picture
        width, height = (picture.width, picture.height) if picture is not None else (0, 0)
        levels = tuple(map(QPixmap.fromImage, picture.levels)) if picture is not None else ()
        self._item.show_levels(levels, width, height)
        self.show_whole()

    def show_whole(self) -> None:
        """Zoom out to the whole image."""
        self._whole = True
        place = self._item.boundingRect()
        # Room to move about in when zoomed in: as much as the image itself on each side.
        self.setSceneRect(place.adjusted(-place.width(), -place.height(), place.width(), place.height()))
        if not place.isEmpty():
            self.fitInView(place, Qt.AspectRatioMode.KeepAspectRatio)

    def zoom(self, factor: float) -> None:
        """Make the image larger (factor above 1) or smaller around the mouse, within sensible bounds."""
        scale = self.transform().m11() * factor
        place = self._item.boundingRect()
        if not place.isEmpty() and scale <= _MOST and scale * max(place.width(), place.height()) > 40:
            self._whole = False
            self.scale(factor, factor)

    # Mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(_STEP if event.angleDelta().y() > 0 else 1 / _STEP)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not event.isAccepted() or event.button() is Qt.MouseButton.MiddleButton:
            self._dragged_from = event.position()
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self._dragged_from is not None:
            moved = event.position() - self._dragged_from
            self._dragged_from = event.position()
            for bar, by in ((self.horizontalScrollBar(), moved.x()), (self.verticalScrollBar(), moved.y())):
                bar.setValue(bar.value() - round(by))
            self._whole = False

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._dragged_from = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._whole:
            self.show_whole()

    def _colour(self) -> None:
        self.setBackgroundBrush(theme().colours.q("canvas"))

    def image_rect(self) -> QRectF:
        """The image's rectangle in its own pixels."""
        return self._item.boundingRect()
