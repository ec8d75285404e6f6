"""Growing curves: points appended one by one, reduced to what a screen can show in about a millisecond."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHOWN = 400
"""Number of intervals a long curve is drawn with: mean, lowest and highest value of each."""
_BLOCK = 64
"""Points per block whose extremes are kept, so that long intervals need not read every point."""


class Drawn(NamedTuple):
    """What is drawn of a curve; both are (P, 2): steps and values."""

    line: NDArray[np.float64]
    """All points, or means of intervals or neighbours if there are many or they are smoothed."""
    spread: NDArray[np.float64]
    """Extremes of each interval, or all points; empty if the line shows them."""


class Series:
    """Points of one curve in order of step."""

    _made = 0

    def __init__(self) -> None:
        # Curves grow side by side: rooms of unlike sizes are not outgrown, and copied, all at the same moment.
        Series._made += 1
        room = int(256 * 2 ** (0.618 * Series._made % 1))
        self._points = np.empty((room, 2))
        self._sums = np.zeros(room + 1)
        self._lows, self._highs = np.empty(room // _BLOCK + 1), np.empty(room // _BLOCK + 1)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, step: float, value: float) -> None:
        """Append a point; a step before the last one removes what came after it, as after a resume."""
        if self._count and step <= self._points[self._count - 1, 0]:
            self._count = int(np.searchsorted(self._points[: self._count, 0], step))
        if self._count == len(self._points):
            for name in ("_points", "_sums", "_lows", "_highs"):
                kept = getattr(self, name)
                setattr(self, name, np.concatenate([kept, np.empty_like(kept)]))
        self._points[self._count] = step, value
        self._sums[self._count + 1] = self._sums[self._count] + value
        self._count += 1
        if self._count % _BLOCK == 0:
            block = self._points[self._count - _BLOCK : self._count, 1]
            place = self._count // _BLOCK - 1
            self._lows[place], self._highs[place] = block.min(), block.max()

    def last(self) -> float | None:
        """Return the last value."""
        return float(self._points[self._count - 1, 1]) if self._count else None

    def points(self) -> NDArray[np.float64]:
        """(N, 2) all steps and values; a view that the next append may change."""
        return self._points[: self._count]

    def nearest(self, step: float) -> tuple[float, float] | None:
        """Return the point nearest to a step."""
        if not self._count:
            return None
        steps = self._points[: self._count, 0]
        place = int(np.clip(np.searchsorted(steps, step), 1, max(1, self._count - 1)))
        if self._count > 1 and step - steps[place - 1] < steps[min(place, self._count - 1)] - step:
            place -= 1
        place = min(place, self._count - 1)
        return float(steps[place]), float(self._points[place, 1])

    def drawn(self, low: float, high: float, smoothing: float = 0.0) -> Drawn:
        """What is to be drawn between two steps.

        ``smoothing`` is the share of all points, from 0 to 1, that each value of the line is the mean of: the same
        wherever the curve is looked at.
        """
        steps = self._points[: self._count, 0]
        first = max(0, int(np.searchsorted(steps, low)) - 1)
        last = min(self._count, int(np.searchsorted(steps, high, side="right")) + 1)
        around = int(smoothing * self._count) // 2
        stretch = (last - first) // SHOWN
        if stretch < 2:
            part = self._points[first:last]
            if not around:
                return Drawn(part, part[:0])
            return Drawn(self._means(np.arange(first, last), np.arange(first, last) + 1, around), part)
        if stretch >= 2 * _BLOCK:
            # Stretches of whole blocks: only their extremes are looked at.
            stretch += -stretch % _BLOCK
            first -= first % _BLOCK
        starts = np.arange(first, last, stretch)
        ends = np.minimum(starts + stretch, last)
        lows, highs = self._extremes(starts, ends, stretch)
        middles = steps[(starts + ends - 1) // 2]
        spread = np.stack([np.repeat(middles, 2), np.stack([lows, highs], axis=1).ravel()], axis=1)
        return Drawn(self._means(starts, ends, max(0, around - stretch // 2)), spread)

    def _means(self, starts: NDArray[np.intp], ends: NDArray[np.intp], around: int) -> NDArray[np.float64]:
        """(P, 2) the middle step and the mean value of some ranges of places, each wider by ``around`` on both sides.

        Near the curve's ends both sides shrink alike, or the mean would lag behind the curve.
        """
        around_each = np.minimum(around, np.minimum(starts, self._count - ends))
        begins, stops = starts - around_each, ends + around_each
        values = (self._sums[stops] - self._sums[begins]) / (stops - begins)
        return np.stack([self._points[(starts + ends - 1) // 2, 0], values], axis=1)

    def _extremes(
        self, starts: NDArray[np.intp], ends: NDArray[np.intp], stretch: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the lowest and highest value of each interval."""
        if stretch % _BLOCK or starts[0] % _BLOCK:
            values, places = self._points[: ends[-1], 1], starts
            return np.minimum.reduceat(values, places), np.maximum.reduceat(values, places)
        whole = int(ends[-1]) // _BLOCK
        rest = self._points[whole * _BLOCK : ends[-1], 1]
        lows = np.append(self._lows[:whole], rest.min() if len(rest) else np.inf)
        highs = np.append(self._highs[:whole], rest.max() if len(rest) else -np.inf)
        return np.minimum.reduceat(lows, starts // _BLOCK), np.maximum.reduceat(highs, starts // _BLOCK)
