"""Whether two figures differ by more than noise: the test drawn anew many times, by weights of its images.

A draw of N images with replacement is a whole-numbered weight an image, so that every figure of every draw is a
product of (B, N) weights with what was measured of each image; two runs share the weights, so that what both find
hard is taken off their difference. Intervals hold the middle 95 per cent of the draws (percentile bootstrap).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray
from msdn_core.domain.metrics.accuracy import Labels
from msdn_core.domain.metrics.best_seen_unseen import BestSeenUnseen
from msdn_core.domain.scoring import Floats

DRAWS = 1000
CONFIDENCE_LEVEL = 0.95
"""The share of the draws that an interval holds."""

Weights = NDArray[np.float32]
Draws = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a figure, or a difference of two, lies in ``CONFIDENCE_LEVEL`` of all draws."""

    low: float
    high: float

    @property
    def contains_zero(self) -> bool:
        """Of a difference: whether it is within noise."""
        return self.low <= 0.0 <= self.high


def drawn_weights(
    labels: Labels, draws: int = DRAWS, *, seed: int = 0, kinds: NDArray[np.generic] | None = None
) -> Weights:
    """(B, N) how often each image is in each draw; within a class there are as many images in each draw.

    ``kinds`` (M,), seen or not, draws the classes of each kind anew as well: then figures are asked of other classes
    of their kind, and intervals are wider. A class that is drawn twice counts with the same images twice.
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
    """(B,) the mean over classes of the accuracy within each, from the (N,) hits; NaN without an image."""
    if len(labels) == 0:
        return np.full(len(weights), np.nan)
    share = (1.0 / np.bincount(labels)[labels]).astype(np.float32)
    total = (weights @ share).astype(np.float64)
    found: Draws = np.divide(weights @ (share * hits), total, out=np.full(len(weights), np.nan), where=total > 0)
    return found


def figure_draws(
    weights: Weights, labels: Labels, seen: BoolArray, best: BestSeenUnseen, gamma: float
) -> dict[str, Draws]:
    """(B,) draws of ``czsl``, ``U``, ``S`` and ``H`` at a gamma, from each image's best classes."""
    unseen_images = ~seen[labels]
    right = best.at(gamma) == labels

    def of(images: BoolArray, hits: BoolArray) -> Draws:
        return accuracy_draws(weights[:, images], labels[images], hits[images])

    u, s = of(unseen_images, right), of(~unseen_images, right)
    total = u + s
    harmonic = np.divide(2 * u * s, total, out=np.where(np.isnan(total), np.nan, 0.0), where=total > 0)
    return {"czsl": of(unseen_images, best.unseen == labels), "U": u, "S": s, "H": harmonic}


def class_draws(weights: Weights, labels: Labels, values: Floats | BoolArray, classes: int) -> Draws:
    """(B, M) the mean of (N,) values, or the share of hits, within each class; NaN where a class is not in a draw."""
    order = np.argsort(labels, kind="stable")
    present, starts = np.unique(labels[order], return_index=True)
    found = np.full((len(weights), classes), np.nan)
    if len(present):
        right = np.add.reduceat(weights[:, order] * values[order], starts, axis=1)
        total = np.add.reduceat(weights[:, order], starts, axis=1)
        found[:, present] = np.divide(right, total, out=np.full(right.shape, np.nan, np.float32), where=total > 0)
    return found


def mean_draws(weights: Weights, values: Floats) -> Draws:
    """(B, …) means over the images of (N, …) values; one that is NaN is left out."""
    known = ~np.isnan(values)
    total = weights @ known.astype(np.float32)
    summed = weights @ np.where(known, values, 0).astype(np.float32)
    means: Draws = np.divide(summed, total, out=np.full(total.shape, np.nan), where=total > 0, dtype=np.float64)
    return means


def auc_draws(weights: Weights, scores: Floats, truth: NDArray[np.signedinteger]) -> Draws:
    """(B,) area under the ROC curve of one attribute, as ``attribute_auc``, from (N,) scores and truth."""
    known = truth >= 0
    _, places = np.unique(scores[known], return_inverse=True)
    order = np.argsort(places, kind="stable")
    starts = np.flatnonzero(np.diff(places[order], prepend=-1))
    if not len(starts):
        return np.full(len(weights), np.nan)
    drawn, has = weights[:, known][:, order], truth[known][order] == 1
    # Images of one score are a tie: summed together, and half of them counts as below.
    positive = np.add.reduceat(drawn * has, starts, axis=1)
    negative = np.add.reduceat(drawn * ~has, starts, axis=1)
    below = np.cumsum(negative, axis=1, dtype=np.float64) - negative / 2
    pairs = positive.sum(axis=1, dtype=np.float64) * negative.sum(axis=1, dtype=np.float64)
    won = np.einsum("bn,bn->b", positive.astype(np.float64), below)
    area: Draws = np.divide(won, pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
    return area


def interval(draws: Draws) -> Interval | None:
    """The middle of (B,) draws; those that are NaN are left out, and None where all are."""
    known = draws[~np.isnan(draws)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - CONFIDENCE_LEVEL) / 2, (1 + CONFIDENCE_LEVEL) / 2])
    return Interval(float(low), float(high))


def intervals(draws: Draws) -> NDArray[np.float64]:
    """(2, M) low and high of each column of (B, M) draws; NaN where all of a column are."""
    found = np.full((2, draws.shape[1]), np.nan)
    known = ~np.isnan(draws).all(axis=0)
    if known.any():
        found[:, known] = np.nanquantile(
            draws[:, known], [(1 - CONFIDENCE_LEVEL) / 2, (1 + CONFIDENCE_LEVEL) / 2], axis=0
        )
    return found
