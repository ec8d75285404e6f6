"""How well the score of an attribute separates images with it from images without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray, FloatArray
    from msdn_core.domain.scoring import Floats


def binarised(class_vectors: FloatArray) -> BoolArray:
    """Return (M, K) whether each class has each attribute: a value above half of the highest in the table.

    That is 1 for vectors of 0 and 1, and more than 50 for percent.
    """
    if class_vectors.size == 0:
        return np.zeros(class_vectors.shape, dtype=np.bool_)
    return np.asarray(class_vectors > 0.5 * class_vectors.max())


def attribute_auc(scores: Floats, truth: NDArray[np.signedinteger]) -> NDArray[np.float64]:
    """Return the (K,) area under the ROC curve of each attribute.

    It is the probability that an image with the attribute has a higher score than one without it, ties counting half
    (Mann-Whitney); NaN without images of both kinds.

    Parameters
    ----------
    scores
        (N, K) attribute scores.
    truth
        (N, K): 1 present, 0 absent, −1 unknown.
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
    """Return (n,) ranks from 1; equal values have the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place])
