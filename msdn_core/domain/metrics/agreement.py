"""Agreement of the two sub-nets, in their predictions, their attribute scores and their attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.scoring import Floats


def jensen_shannon(logits_1: Floats, logits_2: Floats) -> NDArray[np.float64]:
    """Return the (…,) Jensen-Shannon divergence, in nats, of the softmax distributions of two (…, M) logits.

    It is 0 for equal distributions and ln 2 for disjoint ones, as in the distillation loss (reference, section 3).
    """
    log_p, log_q = _log_softmax(logits_1), _log_softmax(logits_2)
    log_mean = np.logaddexp(log_p, log_q) - np.log(2.0)
    shares = np.exp(log_p) * (log_p - log_mean) + np.exp(log_q) * (log_q - log_mean)
    return np.asarray(0.5 * shares.sum(axis=-1))


def map_overlap(maps_1: Floats, maps_2: Floats) -> NDArray[np.floating]:
    """Return the (…,) overlap of two non-negative (…, R) maps: the sum of the minima after scaling both to sum 1.

    It is 1 for equal maps and 0 for maps without a common region, or if one map is zero. The maps are scaled since
    the attentions of the two sub-nets have different scales.
    """
    return np.asarray(np.minimum(_to_sum_1(maps_1), _to_sum_1(maps_2)).sum(axis=-1))


def score_correlation(scores_1: Floats, scores_2: Floats) -> NDArray[np.float64]:
    """Return the (K,) Pearson correlations of two (N, K) attribute scores over the images; NaN if one is constant."""
    centred = [scores - scores.mean(axis=0, dtype=np.float64) for scores in (scores_1, scores_2)]
    lengths = np.sqrt(np.square(centred[0]).sum(axis=0) * np.square(centred[1]).sum(axis=0))
    products = (centred[0] * centred[1]).sum(axis=0)
    return np.asarray(np.divide(products, lengths, out=np.full(len(products), np.nan), where=lengths > 0))


def _to_sum_1(maps: Floats) -> Floats:
    total = maps.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(maps, total, out=np.zeros_like(maps), where=total > 0))


def _log_softmax(logits: Floats) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))
