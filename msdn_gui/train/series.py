"""Growing curves: numbers appended one by one, handed out as arrays without copying them all each time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHOWN = 4000
"""Points a curve is drawn with at most: more than a screen has columns."""


class Series:
    """Points of one curve in the order of their steps."""

    def __init__(self) -> None:
        self._points = np.empty((256, 2))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, step: float, value: float) -> None:
        """One more point; a step that lies before the last one cuts off what came after it, as a resumed run does."""
        if self._count and step <= self._points[self._count - 1, 0]:
            self._count = int(np.searchsorted(self._points[: self._count, 0], step))
        if self._count == len(self._points):
            self._points = np.concatenate([self._points, np.empty_like(self._points)])
        self._points[self._count] = step, value
        self._count += 1

    def last(self) -> float | None:
        """The last value."""
        return float(self._points[self._count - 1, 1]) if self._count else None

    def points(self) -> NDArray[np.float64]:
        """(N, 2) all steps and values; a view that the next append may change."""
        return self._points[: self._count]

    def nearest(self, step: float) -> tuple[float, float] | None:
        """The point next to a step."""
        if not self._count:
            return None
        steps = self._points[: self._count, 0]
        place = int(np.clip(np.searchsorted(steps, step), 1, max(1, self._count - 1)))
        if self._count > 1 and step - steps[place - 1] < steps[min(place, self._count - 1)] - step:
            place -= 1
        place = min(place, self._count - 1)
        return float(steps[place]), float(self._points[place, 1])

    def between(self, low: float, high: float) -> NDArray[np.float64]:
        """(P, 2) points to draw between two steps: all of them, or the lowest and highest of each of many stretches."""
        points = self.points()
        first = max(0, int(np.searchsorted(points[:, 0], low)) - 1)
        last = int(np.searchsorted(points[:, 0], high, side="right")) + 1
        part = points[first:last]
        stretch = len(part) // (SHOWN // 2)
        if stretch < 2:
            return part
        whole = part[: len(part) // stretch * stretch].reshape(-1, stretch, 2)
        rows = np.arange(len(whole))
        places = np.sort(np.stack([whole[:, :, 1].argmin(axis=1), whole[:, :, 1].argmax(axis=1)], axis=1), axis=1)
        thinned = whole[rows[:, None], places].reshape(-1, 2)
        return np.concatenate([thinned, part[len(whole) * stretch :]])
