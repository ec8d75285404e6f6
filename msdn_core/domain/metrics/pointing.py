"""The pointing game: whether the maximum of a map falls where the part truly is (reference, section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray


def pointing_hits(peaks: NDArray[np.integer], truth: NDArray[np.floating], *, within: int = 1) -> BoolArray:
    """(…,) whether a peak (…, 2) lies within so many regions (Chebyshev) of any true region (…, T, 2).

    Rows of ``truth`` that are NaN are no place; where all are, there is no hit.
    """
    distance = np.abs(truth - peaks[..., None, :]).max(axis=-1)
    return np.asarray((np.where(np.isnan(distance), np.inf, distance) <= within).any(axis=-1))


def pointing_chance(truth: NDArray[np.floating], grid: tuple[int, int], *, within: int = 1) -> NDArray[np.float64]:
    """(…,) the share of all H×W regions that would be a hit, for true regions (…, T, 2)."""
    rows, columns = np.divmod(np.arange(grid[0] * grid[1]), grid[1])
    everywhere = np.stack([rows, columns], axis=1)
    hits = [pointing_hits(np.broadcast_to(place, (*truth.shape[:-2], 2)), truth, within=within) for place in everywhere]
    return np.asarray(np.mean(hits, axis=0), dtype=np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class PointingGame:
    """The game over N images and K attributes; NaN where an attribute is absent or its part has no known place."""

    av: NDArray[np.float64]
    va: NDArray[np.float64]
    """(N, K) 1 for a hit of that sub-net, 0 for a miss."""
    chance: NDArray[np.float64]
    """(N, K) the share of regions that would be a hit."""


def pointing_game(
    peaks_av: NDArray[np.integer],
    peaks_va: NDArray[np.integer],
    present: BoolArray,
    regions: NDArray[np.floating],
    places: Sequence[Sequence[int]],
    grid: tuple[int, int],
) -> PointingGame:
    """Whether the attention to each attribute that an image has peaks within one region of its part.

    ``peaks_*`` (N, K) are regions numbered row by row; ``present`` (N, K); ``regions`` (N, P, 2) row and column of
    each part, NaN where it is not seen; ``places`` the columns of ``regions`` where each of the K attributes is seen.
    """
    av, va, chance = (np.full(present.shape, np.nan) for _ in range(3))
    for column, at in enumerate(places):
        if not at:
            continue
        truth = regions[:, list(at)]
        use = present[:, column] & ~np.isnan(truth).all(axis=(1, 2))
        for hits, peaks in ((av, peaks_av), (va, peaks_va)):
            place = np.stack(np.divmod(peaks[use, column], grid[1]), axis=1)
            hits[use, column] = pointing_hits(place, truth[use])
        chance[use, column] = pointing_chance(truth[use], grid)
    return PointingGame(av, va, chance)
