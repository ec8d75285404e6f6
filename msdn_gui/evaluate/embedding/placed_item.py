"""The base of plot items that draw something at given points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF

if TYPE_CHECKING:
    from numpy.typing import NDArray


class PlacedItem(pg.GraphicsObject):
    """An item at N points of a plot; it is redrawn whenever the plot is moved or zoomed."""

    def __init__(self, reach: float) -> None:
        """``reach`` is how many logical pixels it extends beyond its outermost points."""
        super().__init__()
        self._points: NDArray[np.float64] = np.zeros((0, 2))
        self._bounds = QRectF()
        self._reach = reach

    def set_points(self, points: NDArray[np.floating]) -> None:
        """Set the (N, 2) points in the units of the plot; colours and shapes stay if N does."""
        self.prepareGeometryChange()
        self._points = np.asarray(points, dtype=np.float64)
        self._bounds = QRectF()
        if len(self._points):
            (left, top), (right, bottom) = self._points.min(axis=0), self._points.max(axis=0)
            self._bounds = QRectF(left, top, right - left, bottom - top)
        self.informViewBoundsChanged()
        self.update()

    # pyqtgraph's interface

    def dataBounds(self, axis: int, frac: float = 1.0, orthoRange: object = None) -> tuple[float, float] | None:  # noqa: ARG002
        if not len(self._points):
            return None
        return (self._bounds.left(), self._bounds.right()) if axis == 0 else (self._bounds.top(), self._bounds.bottom())

    def pixelPadding(self) -> float:
        return self._reach

    def viewTransformChanged(self) -> None:
        self.prepareGeometryChange()
        self.update()
