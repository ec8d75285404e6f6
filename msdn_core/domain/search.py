"""Zero-shot search: the images of a collection that fit a class best, from its semantic vector alone.

Letters: N images, M classes, K attributes. Scores are linear in the class vector, so searching by a vector is one
product of (N, K) by (K,), independent of the other classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.scoring import Floats, calibrated, class_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray, FloatArray

_AT_ONCE = 4096


def best_images(scores: Floats, count: int) -> NDArray[np.intp]:
    """Return the (count,) indices of the highest of (N,) scores, the best first; of ties the first."""
    count = min(count, len(scores))
    if count == 0:
        return np.zeros(0, dtype=np.intp)
    # Sorting all of 100,000 scores is slow, and only the first ones must be in order.
    bound = np.partition(scores, len(scores) - count)[len(scores) - count]
    candidates = np.flatnonzero(scores >= bound)
    return candidates[np.argsort(-scores[candidates], kind="stable")][:count]


class ClassScores:
    """The scores of one class in all images while its vector is edited, by rank-one updates in float64.

    Parameters
    ----------
    attribute_scores
        (N, K) fused attribute scores.
    """

    def __init__(self, attribute_scores: Floats) -> None:
        # Attributes are contiguous in memory, since edits go through them.
        self._attributes = np.ascontiguousarray(np.transpose(attribute_scores), dtype=np.float32)
        self._vector = np.zeros(len(self._attributes))
        self._products = np.zeros(self._attributes.shape[1])

    def of(self, vector: FloatArray) -> FloatArray:
        """Return the (N,) scores of a class with this (K,) vector, scaled to length 1, before calibration."""
        changed = np.flatnonzero(vector != self._vector)
        if 2 * len(changed) > np.count_nonzero(vector):
            # Another class: start again, which also removes accumulated rounding.
            self._products = np.zeros_like(self._products)
            self._vector, changed = np.zeros_like(vector), np.flatnonzero(vector)
        for column in changed.tolist():
            self._products += (vector[column] - self._vector[column]) * self._attributes[column]
        self._vector = np.array(vector)
        return self._products / (float(np.linalg.norm(vector)) or 1.0)


def strongest_rival(
    attribute_scores: Floats, unit_vectors: FloatArray, seen: BoolArray, gamma: float, row: int
) -> NDArray[np.float32]:
    """Return the (N,) highest calibrated score of all classes but ``row``; −∞ if there is no other class.

    An image is predicted as the class if the calibrated score of the class is higher than this.
    """
    others = np.arange(len(unit_vectors)) != row
    rival = np.full(len(attribute_scores), -np.inf, dtype=np.float32)
    if not others.any():
        return rival
    vectors = unit_vectors[others].astype(np.float32)
    for start in range(0, len(rival), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        rival[part] = calibrated(class_scores(attribute_scores[part], vectors), seen[others], gamma).max(axis=1)
    return rival
