"""Class vectors for new classes, from other classes and from example images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable, FloatArray
    from msdn_core.domain.scoring import Floats


def blended(vectors: FloatArray, weights: Sequence[float]) -> FloatArray:
    """Return the (K,) weighted mean of (n, K) class vectors; raise MsdnError without a positive weight."""
    shares = np.asarray(weights, dtype=np.float64)
    if shares.size == 0 or (shares < 0).any() or not shares.sum() > 0:
        raise MsdnError("The blend has no class with a weight above 0; choose a class and give it a weight.")
    return np.asarray(shares @ vectors / shares.sum())


@dataclass(frozen=True, eq=False, slots=True)
class ScoreScale:
    """Converts attribute scores of the network to values of a class table, by one line per attribute."""

    slopes: FloatArray
    offsets: FloatArray
    """(K,) slope and offset of each line."""
    value_range: tuple[float, float]

    @classmethod
    def fitted(cls, attribute_scores: Floats, labels: NDArray[np.integer], table: ClassTable) -> ScoreScale:
        """Fit the lines by least squares over the seen classes with images: class value against mean score.

        Images of unseen classes are left out, since zero-shot learning does without their labels. With fewer than
        three seen classes, or if the scores of an attribute do not rise with its values, the line goes from the 5th
        to the 95th percentile of the scores.

        Parameters
        ----------
        attribute_scores
            (N, K) fused attribute scores.
        labels
            (N,) rows of the table, −1 for none.
        table
            The class table.
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
        """Return the (K,) mean and standard deviation of the values of (n, K) images, within the table's range."""
        values = np.clip(self.slopes * attribute_scores + self.offsets, *self.value_range)
        return values.mean(axis=0), values.std(axis=0)
