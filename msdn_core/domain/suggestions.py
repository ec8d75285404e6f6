"""What the network would say of an image's attributes, in a form that can be held against a threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray, FloatArray
from msdn_core.domain.scoring import Floats

_AT_ONCE = 4096
"""Images whose float64 numbers stand in memory at once."""


def strengths(scores: Floats) -> FloatArray:
    """How far each attribute score lies above the image's mean, in standard deviations: (…, K) from (…, K).

    Attribute scores are trained by what they make of classes, so they have no unit and no zero of their own: each
    checkpoint has another scale. Within one image they can be compared (reference, section 2).
    """
    values = np.asarray(scores, dtype=np.float64)
    spread = values.std(axis=-1, keepdims=True)
    centred = values - values.mean(axis=-1, keepdims=True)
    return np.asarray(np.divide(centred, spread, out=np.zeros_like(values), where=spread > 0))


def suggested(strength: FloatArray, present: NDArray[np.int8], threshold: float) -> BoolArray:
    """(K,) which attributes are suggested as present: strong enough, and nobody has judged them (−1)."""
    return np.asarray((strength >= threshold) & (present < 0))


def class_uncertainty(class_scores: Floats) -> FloatArray:
    """(N,) how little the best of (N, M) class scores stands out from the second: the greater, the less sure."""
    if class_scores.shape[1] < 2:
        return np.zeros(len(class_scores))
    top = np.partition(np.asarray(class_scores, dtype=np.float64), -2, axis=1)[:, -2:]
    return np.asarray(top[:, 0] - top[:, 1])


def disagreement(scores_av: Floats, scores_va: Floats) -> FloatArray:
    """(N,) one minus the correlation of the two sub-nets' (N, K) scores over an image's attributes."""
    found = np.empty(len(scores_av))
    for start in range(0, len(found), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        found[part] = 1 - (strengths(scores_av[part]) * strengths(scores_va[part])).mean(axis=1)
    return found


def attribute_uncertainty(strength: FloatArray, threshold: float) -> FloatArray:
    """(N,) how near an attribute's strengths lie to where it begins to be suggested: the nearer, the greater."""
    return np.asarray(-np.abs(strength - threshold))
