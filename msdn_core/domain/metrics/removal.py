"""Whether an attribute's score falls when the regions with the most evidence for it are taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.scoring import Floats, Fusion, fused_evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray

REMOVED_SHARE = 0.1
"""The share of the regions that is taken away; at least one."""


def removed_count(regions: int) -> int:
    """Return how many of R regions are taken away."""
    return max(1, round(REMOVED_SHARE * regions))


def best_regions(evidence: Floats) -> BoolArray:
    """Return the (…, R) mask of the regions with the most evidence, ``removed_count`` of them except for ties."""
    regions = evidence.shape[-1]
    first = regions - removed_count(regions)
    return np.asarray(evidence >= np.partition(evidence, first, axis=-1)[..., first, None])


def random_regions(images: int, regions: int, rng: np.random.Generator) -> BoolArray:
    """Return the (N, 1, R) masks of as many regions of each image, the same for all attributes."""
    mask = np.zeros((images, 1, regions), np.bool_)
    mask[..., : removed_count(regions)] = True
    return rng.permuted(mask, axis=2)


def score_falls(
    attention_av: Floats, evidence_av: Floats, evidence_va: Floats, removed: BoolArray, fusion: Fusion
) -> NDArray[np.floating]:
    """Return the (N, K) fall of the fused attribute scores when regions are taken away.

    As in ``insertion_area``, attribute→visual is the mean of what remains under its attention scaled to sum 1, and
    visual→attribute the plain sum. The factor of a cosine classifier stays that of the whole image.

    Parameters
    ----------
    attention_av, evidence_av, evidence_va
        (N, K, R) A1, E1 and E2 (``domain.evidence``).
    removed
        (N, K, R) or (N, 1, R) the regions that are taken away. Without any others, the score of attribute→visual is 0.
    fusion
        Weights of the sub-nets.
    """
    keep = np.broadcast_to(~removed, evidence_av.shape).astype(evidence_av.dtype)
    total = np.einsum("nkr,nkr->nk", attention_av, keep)
    rest_av = np.einsum("nkr,nkr->nk", evidence_av, keep)
    rest_av = np.divide(rest_av, total, out=np.zeros_like(rest_av), where=total > 0)
    rest_va = np.einsum("nkr,nkr->nk", evidence_va, keep)
    fall_av, fall_va = evidence_av.sum(axis=2) - rest_av, evidence_va.sum(axis=2) - rest_va
    return np.asarray(fused_evidence(fall_av, fall_va, fusion))
