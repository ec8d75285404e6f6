"""Suggestions of attributes: attribute scores made comparable with a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray, FloatArray
    from msdn_core.domain.scoring import Floats

_AT_ONCE = 4096
"""Images processed in one block, to limit memory."""


def strengths(scores: Floats) -> FloatArray:
    """Return (…, K) standard deviations of attribute scores above the mean of their image.

    Attribute scores are trained only through class scores, so they have no unit and no zero: every checkpoint has
    another scale. Within an image they can be compared (reference, section 2).
    """
    values = np.asarray(scores, dtype=np.float64)
    spread = values.std(axis=-1, keepdims=True)
    centred = values - values.mean(axis=-1, keepdims=True)
    return np.asarray(np.divide(centred, spread, out=np.zeros_like(values), where=spread > 0))


def suggested(strength: FloatArray, present: NDArray[np.int8], threshold: float) -> BoolArray:
    """Return (K,) which attributes to suggest as present: at least the threshold, and not judged (−1)."""
    return np.asarray((strength >= threshold) & (present < 0))


def class_uncertainty(class_scores: Floats) -> FloatArray:
    """Return (N,) the second highest of (N, M) class scores minus the highest: the greater, the less certain."""
    if class_scores.shape[1] < 2:
        return np.zeros(len(class_scores))
    top = np.partition(np.asarray(class_scores, dtype=np.float64), -2, axis=1)[:, -2:]
    return np.asarray(top[:, 0] - top[:, 1])


def disagreement(scores_av: Floats, scores_va: Floats) -> FloatArray:
    """Return (N,) one minus the correlation of the (N, K) scores of both sub-nets over the attributes of an image."""
    found = np.empty(len(scores_av))
    for start in range(0, len(found), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        found[part] = 1 - (strengths(scores_av[part]) * strengths(scores_va[part])).mean(axis=1)
    return found


def attribute_uncertainty(strength: FloatArray, threshold: float) -> FloatArray:
    """Return (N,) how near the strengths of an attribute are to the threshold: the nearer, the greater."""
    return np.asarray(-np.abs(strength - threshold))
