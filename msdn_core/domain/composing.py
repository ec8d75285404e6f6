"""Vectors for a class that nobody has described yet: of other classes, and of example images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.scoring import Floats
from msdn_core.errors import MsdnError


def blended(vectors: FloatArray, weights: Sequence[float]) -> FloatArray:
    """(K,) the mean of (n, K) class vectors by weights that need not sum to 1; MsdnError where they sum to nothing."""
    shares = np.asarray(weights, dtype=np.float64)
    if shares.size == 0 or (shares < 0).any() or not shares.sum() > 0:
        raise MsdnError("A blend needs a class with a weight above 0.")
    return np.asarray(shares @ vectors / shares.sum())


@dataclass(frozen=True, eq=False, slots=True)
class ScoreScale:
    """How attribute scores of the network become values of a class table: a straight line an attribute."""

    slopes: FloatArray
    offsets: FloatArray
    """(K,) each."""
    value_range: tuple[float, float]

    @classmethod
    def fitted(cls, attribute_scores: Floats, labels: NDArray[np.integer], table: ClassTable) -> ScoreScale:
        """By least squares over the seen classes that have images: the class's value against its images' mean score.

        ``attribute_scores`` are (N, K); ``labels`` (N,) rows of the table, −1 for none. Unseen classes' images are
        left out, as their labels are what zero-shot learning does without. Where fewer than three seen classes have
        images, or an attribute's scores do not rise with its values, the line goes from the 5th to the 95th
        percentile of the scores.
        """
        low, high = table.value_range
        bottom, top = np.percentile(attribute_scores, (5.0, 95.0), axis=0)
        slopes = (high - low) / np.maximum(top - bottom, 1e-6)
        offsets = low - slopes * bottom
        used = (labels >= 0) & table.seen[np.maximum(labels, 0)] if len(table.classes) else np.zeros(0, np.bool_)
        rows = np.unique(labels[used])
        if len(rows) >= 3:
            means = np.stack([attribute_scores[labels == row].mean(axis=0, dtype=np.float64) for row in rows])
            values = table.vectors[rows]
            centred = means - means.mean(axis=0)
            spread = (centred**2).sum(axis=0)
            slope = (centred * (values - values.mean(axis=0))).sum(axis=0) / np.maximum(spread, 1e-12)
            rises = (slope > 0) & (spread > 1e-12)
            slopes = np.where(rises, slope, slopes)
            offsets = np.where(rises, values.mean(axis=0) - slope * means.mean(axis=0), offsets)
        return cls(slopes, offsets, (low, high))

    def mean_and_spread(self, attribute_scores: Floats) -> tuple[FloatArray, FloatArray]:
        """(K,) the mean value of (n, K) images within the table's range, and the deviation among them."""
        values = np.clip(self.slopes * attribute_scores + self.offsets, *self.value_range)
        return values.mean(axis=0), values.std(axis=0)
