"""From attribute scores to class scores: fusion, calibrated stacking, contributions.

Everything after the attribute scores, s1 and s2 of the sub-nets and those of a global branch, is linear in the class
vectors (reference, section 2), so edited and new classes are scored here in numpy, without the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from msdn_core.domain.attributes import BoolArray

Floats = NDArray[np.floating]

MOST_COSINE_SCALE = 1000.0
"""The largest ``scale`` of ``guarded_cosine`` that settings and checkpoints may hold."""


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights of the two sub-nets; the released ones are CUB (.9, .1), SUN (.7, .3), AWA2 (1, 0)."""

    av: float
    va: float
    pooled: float = 0.0
    """Weight of the global branch; 0 without one."""


def fused_attribute_scores(scores_av: Floats, scores_va: Floats, scores_pooled: Floats, fusion: Fusion) -> Floats:
    """Return ``av·s1 + va·s2 + pooled·s_g`` from scores of any shape: both sub-nets' and the global branch's.

    ``scores_pooled`` is not read if its weight is 0.
    """
    of_regions = fusion.av * scores_av + fusion.va * scores_va
    return of_regions + fusion.pooled * scores_pooled if fusion.pooled else of_regions


def fused_evidence(evidence_av: Floats, evidence_va: Floats, fusion: Fusion) -> Floats:
    """Return ``av·E1 + va·E2`` from the evidence of both sub-nets, or from other sums over regions, of any shape.

    The term of the global branch comes from the image as a whole: it is not in the evidence.
    """
    return fusion.av * evidence_av + fusion.va * evidence_va


def guarded_cosine(scores: Floats, scale: float, *, axis: int = -1) -> Floats:
    """Return ``scale·s / sqrt(|s|² + scale²)`` of (…, K) attribute scores along ``axis``, as the network does.

    Its product with a class vector of length 1 is ``scale`` times their cosine if |s| is far above ``scale``, and
    s·att itself if |s| is far below: it has a slope of 1 at s = 0, where a plain cosine has none.
    """
    return np.asarray(scores * cosine_factor(scores, scale, axis=axis))


def cosine_factor(scores: Floats, scale: float, *, axis: int = -1) -> Floats:
    """Return the factor of ``guarded_cosine``, the same for all attributes of an image; ``axis`` has length 1 in it."""
    return np.asarray(scale / np.sqrt(np.square(scores).sum(axis=axis, keepdims=True) + scale * scale))


def class_scores(attribute_scores: Floats, unit_vectors: Floats) -> Floats:
    """Return (…, M) class scores s · attᵀ without bias from (…, K) attribute scores and (M, K) class vectors."""
    return attribute_scores @ unit_vectors.T


def calibrated(scores: Floats, seen: BoolArray, gamma: float) -> Floats:
    """Return (…, M) scores after calibrated stacking: gamma is subtracted from the scores of seen classes.

    The published code's bias of +1 for unseen and −1 for seen classes equals gamma = 2 if the fusion weights sum to 1
    (reference, section 2).
    """
    return scores - gamma * seen


def contributions(attribute_scores: Floats, unit_vector: Floats) -> Floats:
    """Return the (K,) contributions of the attributes to a class score; they sum to that class score."""
    return attribute_scores * unit_vector
