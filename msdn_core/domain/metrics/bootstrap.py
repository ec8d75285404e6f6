"""Whether two results differ by more than noise, by resampling the test images (percentile bootstrap).

A draw of N images with replacement is a whole-number weight per image, so a result of all draws is a product of
(B, N) weights with the measurements of the images. Two runs share the weights, so that images that are hard for both
cancel out in their difference. Intervals contain the middle 95 percent of the draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from msdn_core.domain.attributes import BoolArray
    from msdn_core.domain.metrics.accuracy import Labels
    from msdn_core.domain.metrics.best_seen_unseen import BestSeenUnseen
    from msdn_core.domain.scoring import Floats

DRAWS = 1000
CONFIDENCE_LEVEL = 0.95
"""The share of the draws within an interval."""

Weights = NDArray[np.float32]
Draws = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """The range of a result, or of a difference of two, in ``CONFIDENCE_LEVEL`` of all draws."""

    low: float
    high: float

    @property
    def contains_zero(self) -> bool:
        """Whether a difference is within noise."""
        return self.low <= 0.0 <= self.high


def drawn_weights(
    labels: Labels, draws: int = DRAWS, *, seed: int = 0, kinds: NDArray[np.generic] | None = None
) -> Weights:
    """Return (B, N) how often each image is in each draw; the number of images per class is always the same.

    Parameters
    ----------
    labels
        (N,) class rows.
    draws
        The number of draws, B.
    seed
        The seed of the random numbers.
    kinds
        (M,) whether each class is seen. If given, the classes of each kind are resampled as well: the result then
        holds for other classes of the kind, and intervals are wider. A class drawn twice has the same images twice.
    """
    rng = np.random.default_rng(seed)
    weights = np.zeros((draws, len(labels)), np.float32)
    present = np.unique(labels)
    for number in present.tolist():
        rows = np.flatnonzero(labels == number)
        weights[:, rows] = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=draws)
    if kinds is not None:
        times = np.zeros((draws, int(labels.max(initial=-1)) + 1), np.float32)
        for kind in np.unique(kinds[present]):
            of_kind = present[kinds[present] == kind]
            times[:, of_kind] = rng.multinomial(len(of_kind), np.full(len(of_kind), 1 / len(of_kind)), size=draws)
        weights *= times[:, labels]
    return weights


def accuracy_draws(weights: Weights, labels: Labels, hits: BoolArray) -> Draws:
    """Return (B,) draws of the per-class accuracy from (N,) hits; NaN without images."""
    if len(labels) == 0:
        return np.full(len(weights), np.nan)
    share = (1.0 / np.bincount(labels)[labels]).astype(np.float32)
    total = (weights @ share).astype(np.float64)
    found: Draws = np.divide(weights @ (share * hits), total, out=np.full(len(weights), np.nan), where=total > 0)
    return found


def figure_draws(
    weights: Weights, labels: Labels, seen: BoolArray, best: BestSeenUnseen, gamma: float
) -> dict[str, Draws]:
    """Return (B,) draws of ``czsl``, ``U``, ``S`` and ``H`` at a gamma from the best classes of each image."""
    unseen_images = ~seen[labels]
    right = best.at(gamma) == labels

    def draws_of(images: BoolArray, hits: BoolArray) -> Draws:
        return accuracy_draws(weights[:, images], labels[images], hits[images])

    u, s = draws_of(unseen_images, right), draws_of(~unseen_images, right)
    total = u + s
    harmonic = np.divide(2 * u * s, total, out=np.where(np.isnan(total), np.nan, 0.0), where=total > 0)
    return {"czsl": draws_of(unseen_images, best.unseen == labels), "U": u, "S": s, "H": harmonic}


def class_draws(weights: Weights, labels: Labels, values: Floats | BoolArray, classes: int) -> Draws:
    """Return (B, M) draws of the mean of (N,) values, or hits, within each class; NaN if a class is not drawn."""
    order = np.argsort(labels, kind="stable")
    present, starts = np.unique(labels[order], return_index=True)
    found = np.full((len(weights), classes), np.nan)
    if len(present):
        right = np.add.reduceat(weights[:, order] * values[order], starts, axis=1)
        total = np.add.reduceat(weights[:, order], starts, axis=1)
        found[:, present] = np.divide(right, total, out=np.full(right.shape, np.nan, np.float32), where=total > 0)
    return found


def mean_draws(weights: Weights, values: Floats) -> Draws:
    """Return (B, …) draws of the mean over images of (N, …) values; NaN values are left out."""
    known = ~np.isnan(values)
    total = weights @ known.astype(np.float32)
    summed = weights @ np.where(known, values, 0).astype(np.float32)
    means: Draws = np.divide(summed, total, out=np.full(total.shape, np.nan), where=total > 0, dtype=np.float64)
    return means


def auc_draws(weights: Weights, scores: Floats, truth: NDArray[np.signedinteger]) -> Draws:
    """Return (B,) draws of the area under the ROC curve of an attribute (see ``attribute_auc``)."""
    known = truth >= 0
    _, places = np.unique(scores[known], return_inverse=True)
    order = np.argsort(places, kind="stable")
    starts = np.flatnonzero(np.diff(places[order], prepend=-1))
    if not len(starts):
        return np.full(len(weights), np.nan)
    drawn, has = weights[:, known][:, order], truth[known][order] == 1
    # Images with the same score are tied: they are summed, and half of them count as below.
    positive = np.add.reduceat(drawn * has, starts, axis=1)
    negative = np.add.reduceat(drawn * ~has, starts, axis=1)
    below = np.cumsum(negative, axis=1, dtype=np.float64) - negative / 2
    pairs = positive.sum(axis=1, dtype=np.float64) * negative.sum(axis=1, dtype=np.float64)
    won = np.einsum("bn,bn->b", positive.astype(np.float64), below)
    area: Draws = np.divide(won, pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
    return area


def interval(draws: Draws) -> Interval | None:
    """Return the interval of (B,) draws without those that are NaN; None if all are."""
    known = draws[~np.isnan(draws)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - CONFIDENCE_LEVEL) / 2, (1 + CONFIDENCE_LEVEL) / 2])
    return Interval(float(low), float(high))


def intervals(draws: Draws) -> NDArray[np.float64]:
    """Return (2, M) the ends of the intervals of (B, M) draws by column; NaN if a column has only NaN."""
    found = np.full((2, draws.shape[1]), np.nan)
    known = ~np.isnan(draws).all(axis=0)
    if known.any():
        found[:, known] = np.nanquantile(
            draws[:, known], [(1 - CONFIDENCE_LEVEL) / 2, (1 + CONFIDENCE_LEVEL) / 2], axis=0
        )
    return found
