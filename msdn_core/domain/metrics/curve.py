"""The exact seen-unseen curve over all gammas, and the area under it (reference, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.metrics.best_seen_unseen import best_seen_unseen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray
    from msdn_core.domain.metrics.accuracy import Labels
    from msdn_core.domain.scoring import Floats


@dataclass(frozen=True, eq=False, slots=True)
class SeenUnseenCurve:
    """S and U over all gammas, constant between two neighbouring ones."""

    gamma: NDArray[np.float64]
    """(P,) rising."""
    seen: NDArray[np.float64]
    unseen: NDArray[np.float64]
    """(P + 1,) S and U below the first gamma, between each two, and above the last."""

    @property
    def area(self) -> float:
        """Area under U as a function of S (AUSUC), by the trapezoid rule through all points of the curve."""
        return float(np.trapezoid(self.unseen[::-1], self.seen[::-1]))

    @property
    def harmonic(self) -> NDArray[np.float64]:
        """(P + 1,) H on each interval of gamma."""
        total = self.seen + self.unseen
        return np.divide(2 * self.seen * self.unseen, total, out=np.zeros_like(total), where=total > 0)

    @property
    def best(self) -> int:
        """The interval of gamma with the highest H."""
        return int(self.harmonic.argmax())

    def stretch_of(self, gamma: float) -> int:
        """Return the interval that contains a gamma; at a boundary, the upper one."""
        return int(np.searchsorted(self.gamma, gamma, side="right"))

    def gamma_of(self, stretch: int) -> float:
        """Return a gamma inside an interval: its middle, or just beyond the ends."""
        if len(self.gamma) == 0:
            return 0.0
        if stretch == 0:
            return float(self.gamma[0] - 1e-6)
        if stretch == len(self.gamma):
            return float(self.gamma[-1] + 1e-6)
        return float((self.gamma[stretch - 1] + self.gamma[stretch]) / 2)


def seen_unseen_curve(scores: Floats, labels: Labels, seen: BoolArray) -> SeenUnseenCurve | None:
    """Return the exact curve, or None without test images of both seen and unseen classes.

    The prediction of an image changes from seen to unseen at gamma = best seen score − best unseen score.

    Parameters
    ----------
    scores
        (N, M) class scores without bias.
    labels
        (N,) class rows.
    seen
        (M,) whether each class is seen.
    """
    of_seen = seen[labels]
    if len(labels) == 0 or of_seen.all() or not of_seen.any():
        return None
    best = best_seen_unseen(scores, seen)
    flip = best.seen_score - best.unseen_score
    right_below, right_above = of_seen & (best.seen == labels), ~of_seen & (best.unseen == labels)
    # Each image has the weight 1 / images of its class, so that sums are per-class accuracies.
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
