"""Evidence: what a score takes from each region, where attention is only where a sub-net looks.

Both attribute scores are sums over regions, and class scores are sums over attributes, so every score is the sum of
a signed map, without a remainder. Attention A1, A2 and region scores S1, S2 are those of the reference, section 2::

    E1 = A1·S1            evidence of A→V, (K, R); its sum over regions is s1
    E2 = A2·S2            evidence of V→A, (K, R); its sum over regions is s2
    E  = a1·E1 + a2·E2    fused evidence; its sum is the fused attribute score
    C_c = Σ_k v_ck·E_k    evidence of class c with the unit class vector v_c, (R,); its sum is the class score
    C_c − C_d             why c and not d: its sum is the lead of c

All of it has the unit of an attribute score. The scores are those before calibrated stacking, whose gamma has no
place in the image. A cosine classifier multiplies all attributes and regions of an image by one factor for each
sub-net. The term of a global branch comes from the image as a whole and has no map: where there is one, maps sum to the
score without it (``Explanation.pooled``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.scoring import cosine_factor

if TYPE_CHECKING:
    from msdn_core.domain.attributes import BoolArray
    from msdn_core.domain.scoring import Floats


class MapKind(StrEnum):
    """What a map shows."""

    ATTENTION = "attention"
    """Where a sub-net looks for an attribute."""
    EVIDENCE = "evidence"
    """What the attribute's score takes from each region."""
    CLASS = "class"
    """What a class score takes from each region."""
    DIFFERENCE = "difference"
    """What the lead of a class over another one takes from each region."""

    @property
    def is_signed(self) -> bool:
        """Whether values are shown around 0."""
        return self is not MapKind.ATTENTION

    @property
    def is_of_class(self) -> bool:
        """Whether the map belongs to a class and not to an attribute."""
        return self in (MapKind.CLASS, MapKind.DIFFERENCE)


def attribute_evidence(
    attention_av: Floats, region_scores_av: Floats, region_terms_va: Floats, cosine_scale: float = 0.0
) -> tuple[Floats, Floats]:
    """Return E1 and E2, (…, K, R): over regions they sum to the attribute scores s1 and s2 of both sub-nets.

    Parameters
    ----------
    attention_av, region_scores_av
        (…, K, R) A1 and S1.
    region_terms_va
        (…, K, R) terms of s2: A2·S2, or the mapped scalars of variant ``paper`` (``network.RegionOutputs``).
    cosine_scale
        The scale of a cosine classifier, 0 without one.
    """
    evidence_av, evidence_va = attention_av * region_scores_av, region_terms_va
    if not cosine_scale:
        return evidence_av, evidence_va
    scaled = []
    for evidence in (evidence_av, evidence_va):
        factor = cosine_factor(evidence.sum(axis=-1, dtype=np.float64), cosine_scale)
        scaled.append(np.asarray(evidence * factor[..., None], dtype=evidence.dtype))
    return scaled[0], scaled[1]


def class_evidence(evidence: Floats, vector: Floats) -> Floats:
    """Return the evidence of a class, (…), from that of its attributes (K, …) and the unit class vector (K,).

    Its sum is the class score before calibrated stacking. With the difference of two class vectors, it is that of the
    two evidences.
    """
    return np.asarray(np.tensordot(vector, evidence, axes=1))


def contributions_of_regions(evidence: Floats, regions: BoolArray, vector: Floats | None = None) -> Floats:
    """Return the (K,) sums of (K, H, W) evidence over an (H, W) mask of regions, times a class vector (K,) if given.

    Over all regions they are the attribute scores or, with a class vector, ``scoring.contributions``.
    """
    sums = np.asarray(evidence[:, regions].sum(axis=1, dtype=np.float64))
    return sums if vector is None else np.asarray(vector * sums)
