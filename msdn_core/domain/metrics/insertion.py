"""Insertion and deletion of regions: a variant of RISE's curves on cached regions.

RISE inserts and deletes pixels and runs the whole network each time. Here regions of the backbone's map are inserted
and deleted, and the network runs on those that remain: no pixel changes, nothing replaces a region, and the backbone
has seen the whole image. These values can be compared with one another, but not with published ones.

Both sub-nets are sums over regions, so all R + 1 runs are running sums: attribute→visual is the mean of its region
scores under attention scaled to sum 1 over the remaining regions; visual→attribute is the plain sum. A cosine
classifier scales the running sums, as the network scales the whole sums. A global branch, which takes the image as a
whole, is left out: the probabilities are those of the sub-nets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.scoring import Floats, Fusion, class_scores, fused_evidence, guarded_cosine

if TYPE_CHECKING:
    from numpy.typing import NDArray


def class_maps(attention: Floats, unit_vectors: Floats) -> NDArray[np.floating]:
    """Return (N, R) maps of a class each: (N, K, R) attention or evidence weighted by (N, K) class vectors."""
    return np.asarray(np.matmul(unit_vectors[:, None, :], attention)[:, 0])


def insertion_area(
    attention_av: Floats,
    region_scores_av: Floats,
    region_scores_va: Floats,
    order: NDArray[np.integer],
    target: NDArray[np.integer],
    *,
    unit_vectors: Floats,
    offset: Floats,
    fusion: Fusion,
    cosine_scale: float = 0.0,
) -> NDArray[np.float64]:
    """Return the (N,) area under the probability of a target class over the share of inserted regions.

    With a reversed ``order`` it is the area under deletion: what remains after the best j regions are deleted is what
    is there after the worst R − j are inserted.

    Parameters
    ----------
    attention_av, region_scores_av
        (N, K, R) A1 and S1.
    region_scores_va
        (N, K, R) terms whose sum over regions is s2.
    order
        (N, R) regions in the order of insertion.
    target
        (N,) rows of ``unit_vectors``.
    unit_vectors
        (M, K) class vectors of length 1.
    offset
        (M,) added to the fused logits.
    fusion
        Weights of the sub-nets.
    cosine_scale
        The scale of a cosine classifier, 0 without one.
    """
    images, attributes, regions = attention_av.shape
    rows = (order + np.arange(images)[:, None] * regions).ravel()

    def in_order(maps: Floats) -> Floats:
        # Whole rows of attributes are moved, and added below: single values would take several times as long.
        moved: Floats = maps.transpose(0, 2, 1).reshape(-1, attributes)[rows]
        return moved.reshape(images, regions, attributes)

    attention = in_order(attention_av)
    scores_av, scores_va = in_order(region_scores_av), in_order(region_scores_va)
    scores_av *= attention
    for values in (attention, scores_av, scores_va):
        _accumulate_(values)
    scores_av /= np.maximum(attention, np.finfo(attention.dtype).tiny, out=attention)
    if cosine_scale:
        scores_av, scores_va = (guarded_cosine(scores, cosine_scale) for scores in (scores_av, scores_va))
    fused = fused_evidence(scores_av, scores_va, fusion)
    # One product for the steps of all images: many small ones take several times as long.
    products = class_scores(fused.reshape(-1, attributes), unit_vectors).reshape(images, regions, -1)
    logits = np.concatenate([np.zeros_like(products[:, :1]), products], axis=1) + offset
    top = logits.max(axis=2, keepdims=True)
    logits -= top
    chosen = np.exp(np.take_along_axis(logits, target[:, None, None], axis=2)[:, :, 0])
    probability = chosen / np.exp(logits, out=logits).sum(axis=2)
    return np.asarray(np.trapezoid(probability, dx=1.0 / regions, axis=1), dtype=np.float64)


def _accumulate_(values: Floats) -> None:
    """Replace (N, R, K) values by their running sums over R; ``np.cumsum`` takes several times as long on this axis."""
    for region in range(1, values.shape[1]):
        values[:, region] += values[:, region - 1]
