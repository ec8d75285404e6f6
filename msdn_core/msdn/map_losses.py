"""Losses on attention maps: taught attention and map distillation (docs/measures.md).

They need few maps of few images, so the logits of those are computed again, with autograd; the pass over the whole
batch (``attention``) stays as it is. Letters: B images, k attributes of an image (filled up to the largest number), C
channels, R regions, K attributes.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def selected_logits(projections: Tensor, features: Tensor, columns: Tensor) -> Tensor:
    """Return (B, k, R) logits of single attributes: rows ``columns`` (B, k) of (K, C) projections times the features.

    The product is computed in the dtype of the (B, C, R) features. The same rows occur several times, and their
    gradients are summed in the same order each time: of the two ways to gather them, ``index_select`` does so on a CPU
    and indexing on a GPU.
    """
    rows = projections[columns.flatten()] if columns.is_cuda else projections.index_select(0, columns.flatten())
    chosen = rows.view(*columns.shape, -1)
    return torch.bmm(chosen.to(features.dtype), features).to(projections.dtype)


def taught_attention(logits: Tensor, inside: Tensor, weights: Tensor) -> Tensor:
    """Return the sum of −log of the attention within the true places, weighted.

    The attention is the softmax of (B, k, R) logits over the regions, ``inside`` (B, k, R) holds the regions of the
    true places, at least one of each attribute, and ``weights`` is (B, k).
    """
    missing = logits.logsumexp(dim=2) - logits.masked_fill(~inside, -torch.inf).logsumexp(dim=2)
    return (missing * weights).sum()


def map_distillation(attention: Tensor, logits: Tensor, weights: Tensor) -> Tensor:
    """Return the sum of the divergence KL(attention ‖ softmax of the logits over the regions), in nats, weighted.

    ``attention`` and ``logits`` are (B, k, R); ``weights`` is (B, k). No gradient reaches the attention.
    """
    divergence = F.kl_div(logits.log_softmax(dim=2), attention.detach(), reduction="none").sum(dim=2)
    return (divergence * weights).sum()
