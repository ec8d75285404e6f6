"""What an item of a plot has to tell of the places that it stands at, whatever it draws there."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF


class PlacedItem(pg.GraphicsObject):
    """Stands at N places of a plot, and is drawn anew whenever the plot is moved or zoomed."""

    def __init__(self, reach: float) -> None:
        """``reach`` is how many logical pixels it is drawn beyond its outermost places."""
        super().__init__()
        self._places: NDArray[np.float64] = np.zeros((0, 2))
        self._bounds = QRectF()
        self._reach = reach

    def set_places(self, places: NDArray[np.floating]) -> None:
        """(N, 2) places in the plot's own units; how each looks stays where there are as many."""
        self.prepareGeometryChange()
        self._places = np.asarray(places, dtype=np.float64)
        self._bounds = QRectF()
        if len(self._places):
            (left, top), (right, bottom) = self._places.min(axis=0), self._places.max(axis=0)
            self._bounds = QRectF(left, top, right - left, bottom - top)
        self.informViewBoundsChanged()
        self.update()

    # pyqtgraph's interface

    def dataBounds(self, axis: int, frac: float = 1.0, orthoRange: object = None) -> tuple[float, float] | None:  # noqa: ARG002
        if not len(self._places):
            return None
        return (self._bounds.left(), self._bounds.right()) if axis == 0 else (self._bounds.top(), self._bounds.bottom())

    def pixelPadding(self) -> float:
        return self._reach

    def viewTransformChanged(self) -> None:
        self.prepareGeometryChange()
        self.update()
