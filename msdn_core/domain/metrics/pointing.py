"""The pointing game: whether the peak of a map is at the true position of the part (reference, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray


def pointing_hits(peaks: NDArray[np.integer], truth: NDArray[np.floating], *, within: int = 1) -> BoolArray:
    """Return (…,) whether a peak (…, 2) is within some regions (Chebyshev) of any true region (…, T, 2).

    True regions that are NaN are ignored; without any, there is no hit.
    """
    distance = np.abs(truth - peaks[..., None, :]).max(axis=-1)
    return np.asarray((np.where(np.isnan(distance), np.inf, distance) <= within).any(axis=-1))


def pointing_chance(truth: NDArray[np.floating], grid: tuple[int, int], *, within: int = 1) -> NDArray[np.float64]:
    """Return the (…,) share of all H×W regions that are a hit for true regions (…, T, 2)."""
    rows, columns = np.divmod(np.arange(grid[0] * grid[1]), grid[1])
    regions = np.stack([rows, columns], axis=1)
    hits = [pointing_hits(np.broadcast_to(place, (*truth.shape[:-2], 2)), truth, within=within) for place in regions]
    return np.asarray(np.mean(hits, axis=0), dtype=np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class PointingGame:
    """The game over N images and K attributes; NaN if an attribute is absent or the position of its part is unknown."""

    av: NDArray[np.float64]
    va: NDArray[np.float64]
    """(N, K): 1 for a hit of the sub-net, 0 for a miss."""
    chance: NDArray[np.float64]
    """(N, K) the share of regions that are a hit."""


def pointing_game(
    peaks_av: NDArray[np.integer],
    peaks_va: NDArray[np.integer],
    present: BoolArray,
    regions: NDArray[np.floating],
    places: Sequence[Sequence[int]],
    grid: tuple[int, int],
) -> PointingGame:
    """Return whether the attention to each present attribute peaks within one region of its part.

    Parameters
    ----------
    peaks_av, peaks_va
        (N, K) regions numbered row by row.
    present
        (N, K) whether the image has the attribute.
    regions
        (N, P, 2) row and column of each part, NaN if not visible.
    places
        For each of the K attributes, the columns of ``regions`` where it can be seen.
    grid
        H and W.
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
