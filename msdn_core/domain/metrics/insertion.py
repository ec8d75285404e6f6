"""Region insertion and deletion: a variant of RISE's curves on cached regions.

RISE inserts and deletes pixels and runs the whole network each time. Here the regions of the backbone's map come
and go, and the network is run on those that are left: no pixel is changed, nothing is put in a region's place, and
the backbone has seen the whole image. So these figures compare with one another and not with published ones.

Both sub-nets are sums over regions, so all R + 1 runs are running sums: attribute → visual is the mean of its region
scores under an attention that is brought to sum 1 over the regions left; visual → attribute is the plain sum. A
cosine classifier brings the running sums to its length, as the network does with the whole ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.scoring import Floats, Fusion, class_scores, fused_attribute_scores, guarded_cosine


def class_maps(attention: Floats, unit_vectors: Floats) -> NDArray[np.floating]:
    """(N, R) where a sub-net looks for a class: its (N, K, R) attention weighted by the (N, K) class vectors."""
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
    """(N,) area under the probability of a target class as regions come in, over the share of regions that are in.

    ``attention_av`` A1 and ``region_scores_av`` S1 are (N, K, R); ``region_scores_va`` (N, K, R) sums to s2;
    ``order`` (N, R) the regions in the order in which they come; ``target`` (N,) rows of ``unit_vectors`` (M, K);
    ``offset`` (M,) is added to the fused logits; ``cosine_scale`` is that of a cosine classifier, 0 without one. With
    ``order`` reversed it is the area under deletion: what is left after the best j regions went is what is in after
    the worst R − j came.
    """
    places = order[:, None, :]
    attention = np.take_along_axis(attention_av, places, axis=2)
    weighted = np.cumsum(attention * np.take_along_axis(region_scores_av, places, axis=2), axis=2)
    scores_av: Floats = weighted / np.maximum(np.cumsum(attention, axis=2), np.finfo(attention.dtype).tiny)
    scores_va: Floats = np.cumsum(np.take_along_axis(region_scores_va, places, axis=2), axis=2)
    if cosine_scale:
        scores_av, scores_va = (guarded_cosine(scores, cosine_scale, axis=1) for scores in (scores_av, scores_va))
    fused = fused_attribute_scores(scores_av, scores_va, fusion)
    steps = np.zeros((len(order), order.shape[1] + 1, fused.shape[1]), fused.dtype)
    steps[:, 1:] = fused.transpose(0, 2, 1)
    # One product of all images' steps: a stack of small ones takes many times as long.
    logits = class_scores(steps.reshape(-1, steps.shape[2]), unit_vectors).reshape(*steps.shape[:2], -1) + offset
    top = logits.max(axis=2, keepdims=True)
    total = np.exp(logits - top).sum(axis=2)
    chosen = np.take_along_axis(logits, target[:, None, None], axis=2)[:, :, 0]
    probability = np.exp(chosen - top[:, :, 0]) / total
    return np.asarray(np.trapezoid(probability, dx=1.0 / order.shape[1], axis=1), dtype=np.float64)
