"""Class semantic vectors computed from judgements of single images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import Certainty

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray, FloatArray

WEIGHTS: dict[Certainty, float] = {
    Certainty.NOT_VISIBLE: 0.0,
    Certainty.GUESSING: 1 / 3,
    Certainty.PROBABLY: 2 / 3,
    Certainty.DEFINITELY: 1.0,
}
"""The weight of a judgement, which rises evenly with the certainty and is 0 for attributes that are not visible.

The weights are this program's own: the files of CUB do not tell how its table was computed from its judgements.
"""


@dataclass(frozen=True, eq=False, slots=True)
class JudgedVectors:
    """Class vectors from judgements."""

    share: FloatArray
    """(M, K) weighted share of images in which the attribute is present, 0 to 1; NaN without judgements."""
    count: NDArray[np.int64]
    """(M, K) number of images with a judgement of positive weight."""

    def has_at_least(self, minimum: int) -> BoolArray:
        """Return (M, K) whether a value comes from at least this number of images."""
        return np.asarray(np.isfinite(self.share) & (self.count >= minimum))


def vectors_from_judgements(
    present: NDArray[np.int8], certainty: NDArray[np.int8], labels: NDArray[np.integer], classes: int
) -> JudgedVectors:
    """Return class vectors from judgements: the value is Σ w·present / Σ w over the images, with w from ``WEIGHTS``.

    Parameters
    ----------
    present
        (N, K): 1, 0, or −1 without a judgement.
    certainty
        (N, K): the number of a ``Certainty``.
    labels
        (N,) rows of the class table, −1 for none.
    classes
        The number of classes, M.
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
