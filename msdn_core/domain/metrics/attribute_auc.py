"""How well an attribute's score tells the images that have it from those that have not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray, FloatArray
from msdn_core.domain.scoring import Floats


def binarised(class_vectors: FloatArray) -> BoolArray:
    """(M, K) which class has which attribute: a value of more than half of the table's highest.

    That is 1 where vectors hold 0 and 1, and more than 50 where they hold percent.
    """
    if class_vectors.size == 0:
        return np.zeros(class_vectors.shape, dtype=np.bool_)
    return np.asarray(class_vectors > 0.5 * class_vectors.max())


def attribute_auc(scores: Floats, truth: NDArray[np.signedinteger]) -> NDArray[np.float64]:
    """(K,) area under the ROC curve of each attribute, from (N, K) scores and truth: 1 has it, 0 has not, -1 unknown.

    The chance that an image that has the attribute scores higher than one that has not, ties counting half
    (Mann-Whitney). NaN where there are no images of either kind.
    """
    areas = np.full(scores.shape[1], np.nan)
    for column in range(scores.shape[1]):
        known = truth[:, column] >= 0
        has = truth[known, column] == 1
        positives, negatives = int(has.sum()), int((~has).sum())
        if positives and negatives:
            ranks = _mean_ranks(scores[known, column])
            areas[column] = (ranks[has].sum() - positives * (positives + 1) / 2) / (positives * negatives)
    return areas


def _mean_ranks(values: Floats) -> NDArray[np.float64]:
    """(n,) ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place])
