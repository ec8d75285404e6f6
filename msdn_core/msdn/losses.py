"""The loss of either variant, and its terms as the published code computes them (reference, section 3).

Letters: B images, M classes, K attributes. The bias is +β for unseen and −β for seen classes (published: β = 1).
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from msdn_core.domain.variants import Distillation, SubNets, Variant
from msdn_core.msdn import paper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from msdn_core.msdn.network import Outputs


class LossTerms(NamedTuple):
    """The loss of a batch."""

    terms: dict[str, Tensor]
    """Each term as a scalar without its weight: ``ce_av``, ``ce_va``, ``calibration_av``, ``calibration_va``,
    ``jsd`` (variant ``paper``: ``symmetric_kl``) and ``l2``; the baseline has ``ce_pooled`` and
    ``calibration_pooled``. ``ce_global``, of a network with a global branch, is trained apart."""
    total: Tensor
    """The weighted sum of all but ``ce_global``."""


def class_bias(seen: Tensor, strength: float = 1.0) -> Tensor:
    """Return the (M,) bias: ``+strength`` for unseen classes, ``−strength`` for seen ones, from an (M,) bool mask."""
    return torch.where(seen, -strength, strength)


def cross_entropy(logits: Tensor, labels: Tensor, seen: Tensor) -> Tensor:  # noqa: ARG001 - the paper's needs it
    """Return the cross-entropy of (B, M) logits without bias over all classes; labels are (B,) class rows."""
    return F.cross_entropy(logits, labels)


def self_calibration(biased_logits: Tensor, seen: Tensor) -> Tensor:
    """Return −log of the batch's mean probability mass on the unseen classes; 0 without unseen classes."""
    if bool(seen.all()):
        return biased_logits.new_zeros(())
    log_mass = biased_logits.log_softmax(dim=1)[:, ~seen].logsumexp(dim=1)
    mean: Tensor = log_mass.logsumexp(dim=0) - torch.log(log_mass.new_tensor(log_mass.numel()))
    return -mean


def jensen_shannon(biased_1: Tensor, biased_2: Tensor) -> Tensor:
    """Return the Jensen-Shannon divergence of the two predictions over all classes, in nats, mean over the batch."""
    log_p, log_q = biased_1.log_softmax(dim=1), biased_2.log_softmax(dim=1)
    log_mean = torch.logaddexp(log_p, log_q) - torch.log(log_p.new_tensor(2.0))
    divergence = 0.5 * (log_p.exp() * (log_p - log_mean) + log_q.exp() * (log_q - log_mean))
    return divergence.sum(dim=1).mean()


def l2_distillation(logits_1: Tensor, logits_2: Tensor) -> Tensor:
    """Return the mean over the batch of ‖d‖₃³ / ‖d‖₂ with d = logits_1 − logits_2; 0 where d is 0.

    The published code divides by ‖d‖₂ without a guard, which gives NaN at d = 0; such rows are guarded here.
    """
    d = logits_1 - logits_2
    different = (d != 0).any(dim=1)
    # The guard comes before the root, whose derivative at 0 is infinite: 0 times infinity would reach the gradient.
    safe = torch.where(different[:, None], d, torch.ones_like(d))
    ratio = safe.abs().pow(3).sum(dim=1) / safe.pow(2).sum(dim=1).sqrt()
    return torch.where(different, ratio, torch.zeros_like(ratio)).mean()


class _Rules(NamedTuple):
    """The functions in which the variants differ."""

    cross_entropy: Callable[[Tensor, Tensor, Tensor], Tensor]
    self_calibration: Callable[[Tensor, Tensor], Tensor]
    divergence_name: str
    divergence: Callable[[Tensor, Tensor], Tensor]
    l2: Callable[[Tensor, Tensor], Tensor]
    l2_of_biased: bool


_RULES = {
    Variant.OFFICIAL: _Rules(cross_entropy, self_calibration, "jsd", jensen_shannon, l2_distillation, False),
    Variant.PAPER: _Rules(
        paper.cross_entropy, paper.self_calibration, "symmetric_kl", paper.symmetric_kl, paper.l2_distillation, True
    ),
}


def _sum(values: Iterable[Tensor]) -> Tensor:
    return reduce(add, values)


def msdn_loss(
    outputs: Outputs,
    labels: Tensor,
    unit_vectors: Tensor,
    seen: Tensor,
    *,
    bias: float = 1.0,
    lambda_cal: float,
    lambda_distill: float,
    variant: str = Variant.OFFICIAL,
    sub_nets: str = SubNets.BOTH,
    distillation: str = Distillation.BOTH,
    ce_classes: str = "all",
) -> LossTerms:
    """Return ``L = Σ over the sub-nets of (CE + λ_cal·L_SC) + λ_distill·(divergence + l2)``; neither side is detached.

    ``labels`` are (B,) rows of ``unit_vectors`` (M, K), ``seen`` is (M,) bool, all on one device. Terms of an absent
    sub-net are left out, and so are those of distillation if it is switched off or there is only one sub-net. CE is
    over the seen classes alone if ``ce_classes`` is ``seen``, which it always is in variant ``paper``.
    """
    rules = _RULES[Variant(variant)]
    present = SubNets(sub_nets)
    offset = class_bias(seen, bias).to(outputs.scores_av.dtype)
    plain: dict[str, Tensor] = {}
    if present is not SubNets.VA:
        plain["pooled" if present is SubNets.NONE else "av"] = outputs.scores_av @ unit_vectors.T
    if present.has_va:
        plain["va"] = outputs.scores_va @ unit_vectors.T
    biased = {side: logits + offset for side, logits in plain.items()}
    classify = paper.cross_entropy if ce_classes == "seen" else rules.cross_entropy
    ce = {f"ce_{side}": classify(logits, labels, seen) for side, logits in plain.items()}
    calibration = {f"calibration_{side}": rules.self_calibration(logits, seen) for side, logits in biased.items()}
    total = _sum(ce.values()) + lambda_cal * _sum(calibration.values())
    distilled: dict[str, Tensor] = {}
    if present is SubNets.BOTH:
        if distillation in (Distillation.BOTH, Distillation.DIVERGENCE):
            distilled[rules.divergence_name] = rules.divergence(biased["av"], biased["va"])
        if distillation in (Distillation.BOTH, Distillation.L2):
            distilled["l2"] = rules.l2(*(biased if rules.l2_of_biased else plain).values())
    if distilled:
        total = total + lambda_distill * _sum(distilled.values())
    return LossTerms({**ce, **calibration, **distilled}, total)
