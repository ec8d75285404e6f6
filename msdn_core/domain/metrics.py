"""What the field measures, from class scores and labels: per-class accuracy, U, S, H, the seen-unseen curve, pointing.

Letters: N images, M classes, K attributes. Figures run from 0 to 1; one that cannot be measured is None.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray
from msdn_core.domain.scoring import Floats, calibrated

Labels = NDArray[np.integer]


def per_class_accuracy(labels: Labels, predictions: Labels) -> float | None:
    """Top-1 accuracy within each class that occurs in the (N,) labels, and the mean over those classes."""
    if len(labels) == 0:
        return None
    classes, index = np.unique(labels, return_inverse=True)
    hits = np.bincount(index, weights=labels == predictions, minlength=len(classes))
    return float((hits / np.bincount(index, minlength=len(classes))).mean())


def harmonic_mean(seen: float | None, unseen: float | None) -> float | None:
    """H = 2US / (U + S); 0 where both are 0."""
    if seen is None or unseen is None:
        return None
    return 2 * seen * unseen / (seen + unseen) if seen + unseen > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Per-class top-1: CZSL among the unseen classes alone; U and S among all classes; H their harmonic mean."""

    czsl: float | None
    U: float | None
    S: float | None
    H: float | None


def figures(scores: Floats, labels: Labels, seen: BoolArray, gamma: float) -> Figures:
    """All four from (N, M) scores without bias, (N,) class rows and the (M,) seen mask, gamma off the seen scores."""
    of_unseen = ~seen[labels]
    predictions = calibrated(scores, seen, gamma).argmax(axis=1)
    unseen_rows = np.flatnonzero(~seen)
    czsl = None
    if of_unseen.any():
        among = unseen_rows[scores[of_unseen][:, unseen_rows].argmax(axis=1)]
        czsl = per_class_accuracy(labels[of_unseen], among)
    u = per_class_accuracy(labels[of_unseen], predictions[of_unseen])
    s = per_class_accuracy(labels[~of_unseen], predictions[~of_unseen])
    return Figures(czsl, u, s, harmonic_mean(s, u))


@dataclass(frozen=True, eq=False, slots=True)
class SeenUnseenCurve:
    """S and U over all gamma; between two neighbouring gammas nothing changes.

    ``gamma`` (P,) rises; ``seen`` and ``unseen`` (P + 1,) are the accuracies below the first gamma, between each
    two, and above the last.
    """

    gamma: NDArray[np.float64]
    seen: NDArray[np.float64]
    unseen: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Area under U as a function of S (AUSUC), by the trapezoid rule through the curve's own points."""
        return float(np.trapezoid(self.unseen[::-1], self.seen[::-1]))

    @property
    def harmonic(self) -> NDArray[np.float64]:
        """(P + 1,) H on each stretch."""
        total = self.seen + self.unseen
        return np.divide(2 * self.seen * self.unseen, total, out=np.zeros_like(total), where=total > 0)

    @property
    def best(self) -> int:
        """The stretch with the highest H."""
        return int(self.harmonic.argmax())

    def gamma_of(self, stretch: int) -> float:
        """A gamma inside a stretch: its middle, or just beyond the ends."""
        if len(self.gamma) == 0:
            return 0.0
        if stretch == 0:
            return float(self.gamma[0] - 1e-6)
        if stretch == len(self.gamma):
            return float(self.gamma[-1] + 1e-6)
        return float((self.gamma[stretch - 1] + self.gamma[stretch]) / 2)


def seen_unseen_curve(scores: Floats, labels: Labels, seen: BoolArray) -> SeenUnseenCurve | None:
    """The exact curve: an image's decision flips from seen to unseen at gamma = best seen − best unseen score.

    None where there are no test images of seen, or of unseen, classes.
    """
    of_seen = seen[labels]
    if len(labels) == 0 or of_seen.all() or not of_seen.any():
        return None
    rows_seen, rows_unseen = np.flatnonzero(seen), np.flatnonzero(~seen)
    images = np.arange(len(labels))
    top_seen, top_unseen = scores[:, rows_seen].argmax(axis=1), scores[:, rows_unseen].argmax(axis=1)
    flip = scores[images, rows_seen[top_seen]] - scores[images, rows_unseen[top_unseen]]
    right_below = of_seen & (rows_seen[top_seen] == labels)
    right_above = ~of_seen & (rows_unseen[top_unseen] == labels)
    # Each image weighs one over its class's images, so that sums are means over classes of accuracies within them.
    counts = np.bincount(labels, minlength=len(seen)).astype(np.float64)
    weight = 1.0 / counts[labels]
    classes_seen, classes_unseen = len(np.unique(labels[of_seen])), len(np.unique(labels[~of_seen]))
    gamma, where = np.unique(flip, return_inverse=True)
    lost = np.bincount(where, weights=weight * right_below, minlength=len(gamma)) / classes_seen
    won = np.bincount(where, weights=weight * right_above, minlength=len(gamma)) / classes_unseen
    start = float((weight * right_below).sum()) / classes_seen
    accuracy_seen = np.clip(start - np.concatenate([[0.0], np.cumsum(lost)]), 0.0, 1.0)
    accuracy_unseen = np.concatenate([[0.0], np.cumsum(won)])
    return SeenUnseenCurve(gamma.astype(np.float64), accuracy_seen, np.clip(accuracy_unseen, 0.0, 1.0))


def pointing_hits(peaks: NDArray[np.integer], truth: NDArray[np.floating], *, within: int = 1) -> BoolArray:
    """(…,) whether a peak (…, 2) lies within so many regions (Chebyshev) of any true region (…, T, 2).

    Rows of ``truth`` that are NaN are no place; where all are, there is no hit.
    """
    distance = np.abs(truth - peaks[..., None, :]).max(axis=-1)
    return np.asarray((np.where(np.isnan(distance), np.inf, distance) <= within).any(axis=-1))


def pointing_chance(truth: NDArray[np.floating], grid: tuple[int, int], *, within: int = 1) -> NDArray[np.float64]:
    """(…,) the share of all H×W regions that would be a hit, for true regions (…, T, 2)."""
    rows, columns = np.divmod(np.arange(grid[0] * grid[1]), grid[1])
    everywhere = np.stack([rows, columns], axis=1)
    hits = [pointing_hits(np.broadcast_to(place, (*truth.shape[:-2], 2)), truth, within=within) for place in everywhere]
    return np.asarray(np.mean(hits, axis=0), dtype=np.float64)
