"""Which class each image of a collection is taken for, a block of images at a time, so that memory stays bounded."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray, FloatArray
from msdn_core.domain.scoring import Floats, calibrated, class_scores
from msdn_core.domain.suggestions import class_uncertainty

_AT_ONCE = 4096


class Predictions(NamedTuple):
    """N images."""

    winners: NDArray[np.int32]
    """(N,) rows of the class table; −1 where it has no class."""
    doubt: NDArray[np.float32]
    """(N,) the second best class's score less the best one's: the greater, the less sure (``class_uncertainty``)."""


def predict(attribute_scores: Floats, unit_vectors: FloatArray, seen: BoolArray, gamma: float) -> Predictions:
    """The highest calibrated score of each image, from its (N, K) fused attribute scores and (M, K) class vectors."""
    count = len(attribute_scores)
    winners, doubt = np.full(count, -1, dtype=np.int32), np.zeros(count, dtype=np.float32)
    vectors = unit_vectors.astype(np.float32)
    for start in range(0, count if len(vectors) else 0, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        scores = calibrated(class_scores(attribute_scores[part], vectors), seen, gamma)
        winners[part], doubt[part] = scores.argmax(axis=1), class_uncertainty(scores)
    return Predictions(winners, doubt)
