"""Per-class top-1 accuracy, CZSL, U, S and H, and what a class is taken for (reference, section 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray
from msdn_core.domain.scoring import Floats, calibrated

Labels = NDArray[np.integer]


def class_accuracies(labels: Labels, predictions: Labels, classes: int) -> NDArray[np.float64]:
    """(M,) top-1 accuracy within each of ``classes`` classes, from (N,) rows; NaN where a class has no image."""
    images = np.bincount(labels, minlength=classes).astype(np.float64)
    hits = np.bincount(labels, weights=labels == predictions, minlength=classes)
    return np.asarray(np.divide(hits, images, out=np.full(classes, np.nan), where=images > 0))


def mean_known(values: Floats) -> float | None:
    """The mean of the values that are not NaN; None where there are none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else None


def per_class_accuracy(labels: Labels, predictions: Labels) -> float | None:
    """Mean over the classes that occur in the (N,) labels of the top-1 accuracy within the class."""
    return mean_known(class_accuracies(labels, predictions, int(labels.max(initial=-1)) + 1))


def confusion(labels: Labels, predictions: Labels, classes: int) -> NDArray[np.int64]:
    """(M, M) how many images of a class (row) were taken for which class (column)."""
    return np.bincount(labels * classes + predictions, minlength=classes**2).reshape(classes, classes)


def confusions(labels: Labels, predictions: Labels, classes: int) -> list[tuple[int, int, int]]:
    """(class, taken for, images) of everything that was taken for something else, the most frequent first."""
    wrong = confusion(labels, predictions, classes)
    np.fill_diagonal(wrong, 0)
    own, other = np.nonzero(wrong)
    counts = wrong[own, other]
    order = np.argsort(-counts, kind="stable")
    return list(zip(own[order].tolist(), other[order].tolist(), counts[order].tolist(), strict=True))


def among_unseen(scores: Floats, seen: BoolArray) -> Labels:
    """(N,) class rows: the best of the unseen classes alone, as CZSL chooses; there has to be one."""
    rows = np.flatnonzero(~seen)
    return np.asarray(rows[scores[:, rows].argmax(axis=1)])


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
    czsl = None
    if of_unseen.any():
        czsl = per_class_accuracy(labels[of_unseen], among_unseen(scores[of_unseen], seen))
    u = per_class_accuracy(labels[of_unseen], predictions[of_unseen])
    s = per_class_accuracy(labels[~of_unseen], predictions[~of_unseen])
    return Figures(czsl, u, s, harmonic_mean(s, u))
