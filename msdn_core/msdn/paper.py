"""Variant ``paper``: our reading of the paper's equations where they differ from the published code.

It is a reading, not a fact: the equations were recalled and partly seen in the same authors' TransZero++, and the
published figures were made with the code, which is variant ``official``. The paper, as read here, differs in five
points:

- VAA computes one scalar per region, which is then mapped back to attributes;
- the cross-entropy is over the seen classes only;
- self-calibration is −mean over the batch of Σ over unseen classes of log p;
- distillation uses the symmetric Kullback-Leibler divergence where the code uses Jensen-Shannon's;
- its second term is the squared distance ‖p_1 − p_2‖₂² of the probabilities where the code uses the logits.

Letters: B images, C channels, R regions, K attributes, M classes, D dimensions of a word vector.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from msdn_core.msdn.attention import softmax_, softmax_backward_


class VisualToAttributeByRegion(nn.Module):
    """VAA as we read the paper: each region gathers its attributes into a scalar, which is mapped back to attributes.

    ::

        A2      = softmax over attributes of V·W_attention·F                      (B, K, R)
        s_r     = Σ over attributes of A2[:, r]·V, of region r                    (D)
        scalar  = s_rᵀ·W_scalar·f_r = Σ over attributes of A2 * (V·W_scalar·F)    (B, R)
        s2      = Σ over regions of scalar * (V·W_back·F)                         (B, K)

    The initial weights are our choice: attention and score start at 0 as in the code, so that s2 is 0 at first;
    ``W_back`` is drawn from N(0, 1) as W_1 is, because no weight would get a gradient if it started at 0 as well.
    """

    map_count = 3

    def __init__(self, dimension: int, channels: int, generator: torch.Generator) -> None:
        super().__init__()
        self.W_attention = nn.Parameter(torch.zeros(dimension, channels))
        self.W_scalar = nn.Parameter(torch.zeros(dimension, channels))
        self.W_back = nn.Parameter(torch.randn(dimension, channels, generator=generator))

    def projections(self, v: Tensor) -> tuple[Tensor, ...]:
        """Return three (K, C) projections, for attention, scalar and mapping back, of V (K, D)."""
        return v @ self.W_attention, v @ self.W_scalar, v @ self.W_back

    @staticmethod
    def forward_(maps: Tensor) -> tuple[Tensor, Tensor]:
        """Return s2 (K, B) and A2 (K, B, R), from (3, K, B, R) maps."""
        attention, score, back = maps
        softmax_(attention, 0)
        scalar = (attention * score).sum(dim=0)
        return (scalar * back).sum(dim=2), attention

    @staticmethod
    def backward_(maps: Tensor, scores: Tensor, gradient: Tensor) -> None:  # noqa: ARG004 - needs other sums
        """See ``attention.SubNet``."""
        attention, score, back = maps
        scalar = (attention * score).sum(dim=0)
        scalar_gradient = (back * gradient[..., None]).sum(dim=0)
        softmax_backward_(attention, score, scalar_gradient, scalar * scalar_gradient)
        torch.mul(scalar, gradient[..., None], out=back)


def cross_entropy(logits: Tensor, labels: Tensor, seen: Tensor) -> Tensor:
    """Return the cross-entropy of (B, M) logits over the seen classes only; (B,) labels are rows of seen classes."""
    return F.cross_entropy(logits.masked_fill(~seen, -torch.inf), labels)


def self_calibration(biased_logits: Tensor, seen: Tensor) -> Tensor:
    """Return −mean over the batch of Σ over unseen classes of log p, the softmax over all classes; 0 without any."""
    return -biased_logits.log_softmax(dim=1)[:, ~seen].sum(dim=1).mean()


def symmetric_kl(biased_1: Tensor, biased_2: Tensor) -> Tensor:
    """Return ½ (KL(p‖q) + KL(q‖p)) of the two predictions over all classes, in nats, as the mean over the batch."""
    log_p, log_q = biased_1.log_softmax(dim=1), biased_2.log_softmax(dim=1)
    return 0.5 * ((log_p.exp() - log_q.exp()) * (log_p - log_q)).sum(dim=1).mean()


def l2_distillation(biased_1: Tensor, biased_2: Tensor) -> Tensor:
    """Return the mean over the batch of ‖p − q‖₂² of the two predictions over all classes."""
    return (biased_1.softmax(dim=1) - biased_2.softmax(dim=1)).pow(2).sum(dim=1).mean()
