"""One sub-net's map over an image, with a cross at its highest region."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem

from msdn_gui.explore.picture.ink import Outline

_EVERYWHERE = QRectF(-1e6, -1e6, 2e6, 2e6)


class MapLayer:
    """What lies beside the part of the image that it is kept to is cut off: so two maps share one image."""

    def __init__(self) -> None:
        self.item = QGraphicsRectItem(_EVERYWHERE)
        self.item.setPen(QPen(Qt.PenStyle.NoPen))
        self.item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape)
        self.item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.heat = pg.ImageItem(axisOrder="row-major")
        self.heat.setParentItem(self.item)
        self._cross = Outline(parent=self.item)
        self.peak: tuple[float, float] | None = None
        """Where the cross is, in the image's pixels."""

    def show(self, pixels: NDArray[np.uint8], place: QRectF, peak: tuple[float, float]) -> None:
        """Lay (h, w, 4) pixels over a rectangle of the image; ``draw`` puts the cross to its place."""
        self.heat.setImage(pixels, autoLevels=False, levels=(0, 255))
        self.heat.setRect(place)
        self.peak = peak

    def clear(self) -> None:
        """Take the map off."""
        self.heat.clear()
        self.peak = None
        self._cross.draw(QPainterPath())

    def draw(self, pixel: float) -> None:
        """Draw the cross at one size on the screen, whatever the zoom; ``pixel`` measures one in the image."""
        cross = QPainterPath()
        if self.peak is not None:
            x, y = self.peak
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                cross.moveTo(x + 3 * dx * pixel, y + 3 * dy * pixel)
                cross.lineTo(x + 9 * dx * pixel, y + 9 * dy * pixel)
        self._cross.draw(cross)

    def keep_to(self, left: float | None, right: float | None) -> None:
        """Show it from ``left`` to ``right`` of the image's pixels alone; None: as far as it goes."""
        rectangle = QRectF(_EVERYWHERE)
        if left is not None:
            rectangle.setLeft(left)
        if right is not None:
            rectangle.setRight(right)
        self.item.setRect(rectangle)
