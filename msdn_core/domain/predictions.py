"""Predictions of a collection, computed in blocks of images to limit memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from msdn_core.domain.scoring import Floats, calibrated, class_scores
from msdn_core.domain.suggestions import class_uncertainty

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray, FloatArray

_AT_ONCE = 4096


class Predictions(NamedTuple):
    """The predictions of N images."""

    winners: NDArray[np.int32]
    """(N,) rows of the class table; −1 if the table has no classes."""
    uncertainty: NDArray[np.float32]
    """(N,) the score of the second best class minus that of the best (``class_uncertainty``)."""


def predict(attribute_scores: Floats, unit_vectors: FloatArray, seen: BoolArray, gamma: float) -> Predictions:
    """Return the class with the highest calibrated score of each image.

    Parameters
    ----------
    attribute_scores
        (N, K) fused attribute scores.
    unit_vectors
        (M, K) class vectors of length 1.
    seen
        (M,) whether each class is seen.
    gamma
        Subtracted from the scores of seen classes (calibrated stacking).
    """
    count = len(attribute_scores)
    winners, uncertainty = np.full(count, -1, dtype=np.int32), np.zeros(count, dtype=np.float32)
    vectors = unit_vectors.astype(np.float32)
    for start in range(0, count if len(vectors) else 0, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        scores = calibrated(class_scores(attribute_scores[part], vectors), seen, gamma)
        winners[part], uncertainty[part] = scores.argmax(axis=1), class_uncertainty(scores)
    return Predictions(winners, uncertainty)
