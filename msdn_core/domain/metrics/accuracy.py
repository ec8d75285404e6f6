"""Per-class top-1 accuracy, CZSL, U, S and H, and confusions of classes (reference, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.scoring import Floats, calibrated

if TYPE_CHECKING:
    from msdn_core.domain.attributes import BoolArray

Labels = NDArray[np.integer]


def class_accuracies(labels: Labels, predictions: Labels, classes: int) -> NDArray[np.float64]:
    """Return the (M,) top-1 accuracy within each class from (N,) class rows; NaN for a class without images."""
    images = np.bincount(labels, minlength=classes).astype(np.float64)
    hits = np.bincount(labels, weights=labels == predictions, minlength=classes)
    return np.asarray(np.divide(hits, images, out=np.full(classes, np.nan), where=images > 0))


def mean_known(values: Floats) -> float | None:
    """Return the mean of the values that are not NaN; None if there are none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else None


def per_class_accuracy(labels: Labels, predictions: Labels) -> float | None:
    """Return the mean of the top-1 accuracies within the classes that occur in the (N,) labels."""
    return mean_known(class_accuracies(labels, predictions, int(labels.max(initial=-1)) + 1))


def confusion(labels: Labels, predictions: Labels, classes: int) -> NDArray[np.int64]:
    """Return (M, M) numbers of images by class (row) and predicted class (column)."""
    return np.bincount(labels * classes + predictions, minlength=classes**2).reshape(classes, classes)


def confusions(labels: Labels, predictions: Labels, classes: int) -> list[tuple[int, int, int]]:
    """Return (class, predicted class, images) of all wrong predictions, the most frequent first."""
    wrong = confusion(labels, predictions, classes)
    np.fill_diagonal(wrong, 0)
    own, other = np.nonzero(wrong)
    counts = wrong[own, other]
    order = np.argsort(-counts, kind="stable")
    return list(zip(own[order].tolist(), other[order].tolist(), counts[order].tolist(), strict=True))


def among_unseen(scores: Floats, seen: BoolArray) -> Labels:
    """Return the (N,) rows of the best unseen class, as in CZSL; there must be an unseen class."""
    rows = np.flatnonzero(~seen)
    return np.asarray(rows[scores[:, rows].argmax(axis=1)])


def harmonic_mean(seen: float | None, unseen: float | None) -> float | None:
    """Return H = 2US / (U + S), 0 if both are 0, or None if one is unknown."""
    if seen is None or unseen is None:
        return None
    return 2 * seen * unseen / (seen + unseen) if seen + unseen > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Per-class top-1 accuracies: CZSL among unseen classes only; U and S among all classes; H their harmonic mean."""

    czsl: float | None
    U: float | None
    S: float | None
    H: float | None


def figures(scores: Floats, labels: Labels, seen: BoolArray, gamma: float) -> Figures:
    """Return CZSL, U, S and H.

    Parameters
    ----------
    scores
        (N, M) class scores without bias.
    labels
        (N,) class rows.
    seen
        (M,) whether each class is seen.
    gamma
        Subtracted from the scores of seen classes (calibrated stacking).
    """
    of_unseen = ~seen[labels]
    predictions = calibrated(scores, seen, gamma).argmax(axis=1)
    czsl = None
    if of_unseen.any():
        czsl = per_class_accuracy(labels[of_unseen], among_unseen(scores[of_unseen], seen))
    u = per_class_accuracy(labels[of_unseen], predictions[of_unseen])
    s = per_class_accuracy(labels[~of_unseen], predictions[~of_unseen])
    return Figures(czsl, u, s, harmonic_mean(s, u))
