"""One sub-net's map over an image, with a cross at its highest region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem

from msdn_gui.explore.picture.ink import Outline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EVERYWHERE = QRectF(-1e6, -1e6, 2e6, 2e6)


class MapLayer:
    """A map that can be clipped to a part of the image, so that two maps share one image."""

    def __init__(self) -> None:
        self.item = QGraphicsRectItem(_EVERYWHERE)
        self.item.setPen(QPen(Qt.PenStyle.NoPen))
        self.item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape)
        self.item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.heat = pg.ImageItem(axisOrder="row-major")
        self.heat.setParentItem(self.item)
        self._cross = Outline(parent=self.item)
        self.peak: tuple[float, float] | None = None
        """The cross, in image pixels."""

    def show(self, pixels: NDArray[np.uint8], rectangle: QRectF, peak: tuple[float, float]) -> None:
        """Show (h, w, 4) pixels over a rectangle of the image; ``draw`` draws the cross."""
        self.heat.setImage(pixels, autoLevels=False, levels=(0, 255))
        self.heat.setRect(rectangle)
        self.peak = peak

    def clear(self) -> None:
        """Remove the map."""
        self.heat.clear()
        self.peak = None
        self._cross.draw(QPainterPath())

    def draw(self, pixel: float) -> None:
        """Draw the cross at a constant screen size; ``pixel`` is the size of a screen pixel in the image."""
        cross = QPainterPath()
        if self.peak is not None:
            x, y = self.peak
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                cross.moveTo(x + 3 * dx * pixel, y + 3 * dy * pixel)
                cross.lineTo(x + 9 * dx * pixel, y + 9 * dy * pixel)
        self._cross.draw(cross)

    def clip_to(self, left: float | None, right: float | None) -> None:
        """Clip the map to image pixels from ``left`` to ``right``; None for no limit."""
        rectangle = QRectF(_EVERYWHERE)
        if left is not None:
            rectangle.setLeft(left)
        if right is not None:
            rectangle.setRight(right)
        self.item.setRect(rectangle)
