"""Class semantic vectors computed from what was said of single images, in percent as CUB's continuous table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.annotation import Certainty
from msdn_core.domain.attributes import BoolArray, FloatArray

WEIGHTS: dict[Certainty, float] = {
    Certainty.NOT_VISIBLE: 0.0,
    Certainty.GUESSING: 1 / 3,
    Certainty.PROBABLY: 2 / 3,
    Certainty.DEFINITELY: 1.0,
}
"""What a judgement counts: what cannot be seen says nothing, and the rest grows evenly with the certainty.

The weights are this program's own: the data set's files do not say how its table was made of its judgements.
"""


@dataclass(frozen=True, eq=False, slots=True)
class JudgedVectors:
    """What the judgements of a class's images make of its vector."""

    share: FloatArray
    """(M, K) how often the attribute is present, 0 to 1, weighted by certainty; NaN where nothing says so."""
    count: NDArray[np.int64]
    """(M, K) how many images say something."""

    def has_at_least(self, least: int) -> BoolArray:
        """(M, K) where at least so many images say something."""
        return np.asarray(np.isfinite(self.share) & (self.count >= least))


def vectors_from_judgements(
    present: NDArray[np.int8], certainty: NDArray[np.int8], labels: NDArray[np.integer], classes: int
) -> JudgedVectors:
    """From (N, K) presence (−1: not judged), (N, K) certainty (``Certainty``) and (N,) class rows (−1: none).

    A class's value is Σ w·present / Σ w over its images, with w from ``WEIGHTS``.
    """
    scale = np.zeros(max(int(certainty.max(initial=0)), *Certainty) + 1)
    scale[list(WEIGHTS)] = list(WEIGHTS.values())
    share = np.full((classes, present.shape[1]), np.nan)
    count = np.zeros(share.shape, dtype=np.int64)
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(classes + 1))
    for row in range(classes):
        rows = order[bounds[row] : bounds[row + 1]]
        weight = scale[certainty[rows]] * (present[rows] >= 0)
        total = weight.sum(axis=0)
        count[row] = (weight > 0).sum(axis=0)
        np.divide((weight * (present[rows] == 1)).sum(axis=0), total, out=share[row], where=total > 0)
    return JudgedVectors(share, count)
