"""The losses of variant ``official``, as the published code computes them.

Letters: B images, M classes, K attributes. The bias is +β for unseen and −β for seen classes (published: β = 1).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from msdn_core.msdn.network import Outputs


class LossTerms(NamedTuple):
    """Every term of the loss as a scalar, unweighted, and their weighted total."""

    ce_av: Tensor
    ce_va: Tensor
    calibration_av: Tensor
    calibration_va: Tensor
    jsd: Tensor
    l2: Tensor
    total: Tensor


def class_bias(seen: Tensor, strength: float = 1.0) -> Tensor:
    """(M,) float bias: ``+strength`` for unseen classes, ``−strength`` for seen ones, from an (M,) bool mask."""
    return torch.where(seen, -strength, strength)


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of (B, M) logits without bias over all classes, seen and unseen; labels are (B,) class rows."""
    return F.cross_entropy(logits, labels)


def self_calibration(biased_logits: Tensor, seen: Tensor) -> Tensor:
    """−log of the batch's mean probability mass on the unseen classes; 0 where there are none."""
    if bool(seen.all()):
        return biased_logits.new_zeros(())
    log_mass = biased_logits.log_softmax(dim=1)[:, ~seen].logsumexp(dim=1)
    mean: Tensor = log_mass.logsumexp(dim=0) - torch.log(log_mass.new_tensor(log_mass.numel()))
    return -mean


def jensen_shannon(biased_1: Tensor, biased_2: Tensor) -> Tensor:
    """Jensen-Shannon divergence of the two predictions over all classes, in nats, mean over the batch."""
    log_p, log_q = biased_1.log_softmax(dim=1), biased_2.log_softmax(dim=1)
    log_mean = torch.logaddexp(log_p, log_q) - torch.log(log_p.new_tensor(2.0))
    divergence = 0.5 * (log_p.exp() * (log_p - log_mean) + log_q.exp() * (log_q - log_mean))
    return divergence.sum(dim=1).mean()


def l2_distillation(logits_1: Tensor, logits_2: Tensor) -> Tensor:
    """Mean over the batch of ‖d‖₃³ / ‖d‖₂ with d = logits_1 − logits_2; 0 where d is 0.

    The published code divides by ‖d‖₂ as it is and gives NaN at d = 0; rows without a difference are guarded here.
    """
    d = logits_1 - logits_2
    different = (d != 0).any(dim=1)
    # The guard stands before the root: its slope at 0 is infinite, and 0 times infinity would reach the gradient.
    safe = torch.where(different[:, None], d, torch.ones_like(d))
    ratio = safe.abs().pow(3).sum(dim=1) / safe.pow(2).sum(dim=1).sqrt()
    return torch.where(different, ratio, torch.zeros_like(ratio)).mean()


def msdn_loss(
    outputs: Outputs,
    labels: Tensor,
    unit_vectors: Tensor,
    seen: Tensor,
    *,
    bias: float = 1.0,
    lambda_cal: float,
    lambda_distill: float,
) -> LossTerms:
    """``L = Σ over both sub-nets of (CE + λ_cal·L_SC) + λ_distill·(JSD + l2)``; neither side is detached.

    ``labels`` (B,) rows of ``unit_vectors`` (M, K), ``seen`` (M,) bool, all on one device.
    """
    logits_1, logits_2 = outputs.scores_av @ unit_vectors.T, outputs.scores_va @ unit_vectors.T
    offset = class_bias(seen, bias).to(logits_1.dtype)
    biased_1, biased_2 = logits_1 + offset, logits_2 + offset
    ce_1, ce_2 = cross_entropy(logits_1, labels), cross_entropy(logits_2, labels)
    sc_1, sc_2 = self_calibration(biased_1, seen), self_calibration(biased_2, seen)
    jsd, l2 = jensen_shannon(biased_1, biased_2), l2_distillation(logits_1, logits_2)
    total = ce_1 + ce_2 + lambda_cal * (sc_1 + sc_2) + lambda_distill * (jsd + l2)
    return LossTerms(ce_1, ce_2, sc_1, sc_2, jsd, l2, total)
