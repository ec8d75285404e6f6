"""A picture drawn from a copy of about the size it has on the screen, so that a large one does not flicker."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget


class PictureItem(QGraphicsItem):
    """Lies from (0, 0) to the original's width and height, whatever size its copies have."""

    def __init__(self) -> None:
        super().__init__()
        self._levels: tuple[QPixmap, ...] = ()
        self._place = QRectF()

    def show_levels(self, levels: tuple[QPixmap, ...], width: int, height: int) -> None:
        """Show a picture; ``levels`` are copies of it, each half as long as the one before. None: show nothing."""
        self.prepareGeometryChange()
        self._levels = levels
        self._place = QRectF(0, 0, width, height)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._place

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002
        if not self._levels:
            return
        # Reducing by more than two at once leaves pixels out.
        on_screen = option.levelOfDetailFromTransform(painter.worldTransform()) * self._place.width()
        fitting = [level for level in self._levels if level.width() >= on_screen]
        level = fitting[-1] if fitting else self._levels[0]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self._place, level, QRectF(level.rect()))
