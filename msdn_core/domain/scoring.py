"""From attribute scores to classes: fusion, class scores, calibrated stacking, contributions.

Everything behind the attribute scores s1, s2 is linear in the class vectors (reference, section 2), so an edited
or a new class is scored here, in numpy, without the network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray

Floats = NDArray[np.floating]

MOST_COSINE_SCALE = 1000.0
"""The largest ``scale`` of ``guarded_cosine`` that settings and checkpoints may hold."""


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights of the two sub-nets in a prediction; the released ones are CUB (.9, .1), SUN (.7, .3), AWA2 (1, 0)."""

    av: float
    va: float


def fused_attribute_scores(scores_av: Floats, scores_va: Floats, fusion: Fusion) -> Floats:
    """``av·s1 + va·s2``: (…, K) from two of (…, K)."""
    return fusion.av * scores_av + fusion.va * scores_va


def guarded_cosine(scores: Floats, scale: float, *, axis: int = -1) -> Floats:
    """``scale·s / sqrt(|s|² + scale²)`` of (…, K) attribute scores along ``axis``; the network's does the same.

    Its product with a class vector of length 1 is ``scale`` times their cosine where |s| is far above ``scale``, and
    s·att itself where it is far below: a slope of 1 at s = 0, where a bare cosine has none.
    """
    return np.asarray(scale * scores / np.sqrt(np.square(scores).sum(axis=axis, keepdims=True) + scale * scale))


def class_scores(attribute_scores: Floats, unit_vectors: Floats) -> Floats:
    """s · attᵀ without any bias: (…, M) from (…, K) and (M, K)."""
    return attribute_scores @ unit_vectors.T


def calibrated(scores: Floats, seen: BoolArray, gamma: float) -> Floats:
    """Calibrated stacking: gamma taken off the seen classes' scores, (…, M).

    The published code's bias of +1 for unseen and −1 for seen classes decides as gamma = 2 does where the fusion
    weights sum to 1 (reference, section 2).
    """
    return scores - gamma * seen


def contributions(attribute_scores: Floats, unit_vector: Floats) -> Floats:
    """(K,) each attribute's exact share in a class's score; they sum to ``class_scores`` for that class."""
    return attribute_scores * unit_vector
