"""A plot's room in which a lasso can be thrown: dragging draws a line around points in place of moving the view."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal

_STEP = 3.0
"""Pixels between two points of the line."""


class LassoBox(pg.ViewBox):
    """While ``is_lasso`` is set, or with Shift held, the left button draws."""

    thrown = Signal(object)
    """(V, 2) corners of what was encircled, in the plot's own units."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.is_lasso = False
        self._corners: list[tuple[float, float]] = []
        self._line = pg.PlotCurveItem()
        self.addItem(self._line, ignoreBounds=True)

    def set_pen(self, pen: Any) -> None:
        """How the line looks."""
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
                self.thrown.emit(corners)
        else:
            line = np.array([*self._corners, self._corners[0]])
            self._line.setData(line[:, 0], line[:, 1])


def encircled(corners: NDArray[np.floating], places: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(N,) which of (N, 2) places lie within a polygon of (V, 2) corners, by the even-odd rule."""
    x, y = places[:, 0], places[:, 1]
    within = np.zeros(len(places), np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 != y2:
            within ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return within
