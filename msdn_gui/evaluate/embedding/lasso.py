"""A view box with a lasso: dragging draws a line around points in place of moving the view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEP = 3.0
"""Pixels between two points of the line."""


class LassoBox(pg.ViewBox):
    """While ``is_lasso`` is set, or with Shift held, the left button draws."""

    closed = Signal(object)
    """(V, 2) corners of the lasso, in the units of the plot."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.is_lasso = False
        self._corners: list[tuple[float, float]] = []
        self._line = pg.PlotCurveItem()
        self.addItem(self._line, ignoreBounds=True)

    def set_pen(self, pen: Any) -> None:
        """Set the pen of the line."""
        self._line.setPen(pen)

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        shift = bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        begins = ev.isStart() and ev.button() == Qt.MouseButton.LeftButton and (self.is_lasso or shift)
        if axis is not None or not (begins or self._corners):
            super().mouseDragEvent(ev, axis)
            return
        ev.accept()
        if begins:
            start = self.mapToView(ev.buttonDownPos())
            self._corners = [(start.x(), start.y())]
        here = self.mapToView(ev.pos())
        width, height = self.viewPixelSize()
        last = self._corners[-1]
        if np.hypot((here.x() - last[0]) / width, (here.y() - last[1]) / height) >= _STEP:
            self._corners.append((here.x(), here.y()))
        if ev.isFinish():
            corners, self._corners = np.array(self._corners), []
            self._line.setData([], [])
            if len(corners) > 2:
                self.closed.emit(corners)
        else:
            line = np.array([*self._corners, self._corners[0]])
            self._line.setData(line[:, 0], line[:, 1])


def is_inside(corners: NDArray[np.floating], points: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which of (N, 2) points are within a polygon of (V, 2) corners, by the even-odd rule."""
    x, y = points[:, 0], points[:, 1]
    inside = np.zeros(len(points), np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 != y2:
            inside ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside
