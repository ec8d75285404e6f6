"""Zero-shot search: which images of a collection fit a class best, by its semantic vector alone.

Letters: N images, M classes, K attributes. Scores are linear in a class's vector, so a vector that is being edited is
searched by with one product of (N, K) by (K,), whatever the other classes are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray, FloatArray
from msdn_core.domain.scoring import Floats, calibrated, class_scores

_AT_ONCE = 4096


def best_images(scores: Floats, count: int) -> NDArray[np.intp]:
    """The (count,) places of the highest of (N,) scores, the best first; of equal ones the first."""
    count = min(count, len(scores))
    if count == 0:
        return np.zeros(0, dtype=np.intp)
    # A full sort of 100,000 takes its time; only what comes out first has to be in order.
    bound = np.partition(scores, len(scores) - count)[len(scores) - count]
    candidates = np.flatnonzero(scores >= bound)
    return candidates[np.argsort(-scores[candidates], kind="stable")][:count]


class ClassScores:
    """One class's scores in all images, as its vector is edited: a changed value is a rank-one update, in float64."""

    def __init__(self, attribute_scores: Floats) -> None:
        """``attribute_scores`` are (N, K), fused."""
        # Attribute by attribute in memory, as edits run through them.
        self._attributes = np.ascontiguousarray(np.transpose(attribute_scores), dtype=np.float32)
        self._vector = np.zeros(len(self._attributes))
        self._products = np.zeros(self._attributes.shape[1])

    def of(self, vector: FloatArray) -> FloatArray:
        """(N,) scores of a class with this vector (K,), which is brought to length 1 here; before calibration."""
        changed = np.flatnonzero(vector != self._vector)
        if 2 * len(changed) > np.count_nonzero(vector):
            # Another class: from the beginning, and what the other way left as rounding is gone.
            self._products = np.zeros_like(self._products)
            self._vector, changed = np.zeros_like(vector), np.flatnonzero(vector)
        for column in changed.tolist():
            self._products += (vector[column] - self._vector[column]) * self._attributes[column]
        self._vector = np.array(vector)
        return self._products / (float(np.linalg.norm(vector)) or 1.0)


def strongest_rival(
    attribute_scores: Floats, unit_vectors: FloatArray, seen: BoolArray, gamma: float, row: int
) -> NDArray[np.float32]:
    """(N,) the highest calibrated score of any class but ``row``; minus infinity where there is no other class.

    An image is taken for the class where its own calibrated score is higher than this.
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
