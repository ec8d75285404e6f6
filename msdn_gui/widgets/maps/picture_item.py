"""A picture that is drawn from a copy of about its size on the screen, so that large ones do not flicker."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget


class PictureItem(QGraphicsItem):
    """Extends from (0, 0) to the original's width and height, whatever the size of its copies."""

    def __init__(self) -> None:
        super().__init__()
        self._levels: tuple[QPixmap, ...] = ()
        self._place = QRectF()

    def show_levels(self, levels: tuple[QPixmap, ...], width: int, height: int) -> None:
        """Show a picture, given as copies each half as large as the one before; none shows nothing."""
        self.prepareGeometryChange()
        self._levels = levels
        self._place = QRectF(0, 0, width, height)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._place

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002
        if not self._levels:
            return
        # Scaling down by more than two skips pixels.
        on_screen = option.levelOfDetailFromTransform(painter.worldTransform()) * self._place.width()
        fitting = [level for level in self._levels if level.width() >= on_screen]
        level = fitting[-1] if fitting else self._levels[0]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self._place, level, QRectF(level.rect()))
