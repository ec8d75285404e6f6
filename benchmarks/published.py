"""A reimplementation of the published training step and evaluation loop, with all their operations.

It follows the authors' code operation by operation (see reference/msdn.md, sections 2 and 3): each product is a
separate einsum, in the same order; values that no loss uses are computed too, such as the B×K×C attribute features;
features are normalised in every pass. At CUB's shape it takes 67.9 GFLOP forward, 123.5 with the backward pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, einsum, nn
from torch.nn import functional

if TYPE_CHECKING:
    from msdn_core.msdn.network import MSDN

LAMBDA_CAL, LAMBDA_DISTILL = 0.1, 1e-3
FUSION = (0.9, 0.1)
BATCH = 100


class Published:
    """The published network with its optimiser, starting from the weights of an ``MSDN``."""

    def __init__(self, network: MSDN, unit_vectors: Tensor, seen: Tensor) -> None:
        """``unit_vectors`` (M, K), ``seen`` (M,) bool."""

        def copy(weight: Tensor) -> nn.Parameter:
            return nn.Parameter(weight.detach().clone())

        av, va = network.attribute_to_visual, network.visual_to_attribute
        self.V, self.W_1, self.W_2 = copy(network.V), copy(av.W_1), copy(av.W_2)
        self.W_1_1, self.W_2_1 = copy(va.W_1_1), copy(va.W_2_1)
        self.W_3 = nn.Parameter(torch.zeros_like(av.W_1))
        self.att, self.unseen = unit_vectors, torch.nonzero(~seen)[:, 0]
        self.margin = torch.where(seen, -1.0, 1.0)[None]
        self.one_hot = torch.eye(len(seen))
        weights = [self.V, self.W_1, self.W_2, self.W_3, self.W_1_1, self.W_2_1]
        self.optimiser = torch.optim.RMSprop(weights, lr=1e-4, weight_decay=1e-4, momentum=0.9)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Return the biased logits (B, M) of both sub-nets and the unused values, from features (B, C, H, W)."""
        unused = {"global": functional.avg_pool2d(features, features.shape[2:])}
        f = functional.normalize(features.flatten(2), dim=1)
        batch, _, regions = f.shape

        score = einsum("kv,vc,bcr->bkr", self.V, self.W_1, f)
        uniform = f.new_full((batch, len(self.V), regions), 1 / regions)
        ones = f.new_ones((batch, len(self.V)))
        averaged = einsum("bkr,bkr->bk", uniform, score)
        unused["averaged"] = einsum("mk,bk,bk->bm", self.att, ones, averaged)
        attention = einsum("kv,vc,bcr->bkr", self.V, self.W_2, f).softmax(dim=-1)
        attended = einsum("bkr,bcr->bkc", attention, f)
        s1 = einsum("bkr,bkr->bk", attention, score)
        unused["gate"] = einsum("kv,vc,bkc->bk", self.V, self.W_3, attended).sigmoid()
        unused["attended scores"] = einsum("kv,vc,bkc->bk", self.V, self.W_1, attended)
        logits_1 = einsum("mk,bk->bkm", self.att, s1).sum(dim=1) + self.margin

        score = einsum("bcr,cv,kv->brk", f, self.W_1_1, self.V)
        attention = einsum("kv,vc,bcr->bkr", self.V, self.W_2_1, f).softmax(dim=1)
        unused["attribute mixtures"] = einsum("bkr,kv->brv", attention, self.V)
        s2 = einsum("bkr,brk->bk", attention, score)
        logits_2 = einsum("mk,bk->bkm", self.att, s2).sum(dim=1) + self.margin
        return logits_1, logits_2, unused

    def loss(self, features: Tensor, labels: Tensor) -> Tensor:
        """Return the training loss of a batch (B, C, H, W) with labels (B,)."""
        logits_1, logits_2, _unused = self.forward(features)
        total = torch.zeros(())
        for logits in (logits_1, logits_2):
            log_p = (logits - self.margin).log_softmax(dim=1)
            total = total - einsum("bm,bm->b", log_p, self.one_hot[labels]).mean()
            unseen_mass = logits.softmax(dim=-1)[:, self.unseen].sum(dim=1)
            total = total - LAMBDA_CAL * torch.log(unseen_mass.mean())
        squares = (logits_1 - logits_2).pow(2)
        weights = squares / squares.sum(dim=1, keepdim=True).sqrt()
        distance = (weights * (logits_1 - logits_2).abs()).sum() / len(labels)
        p, q = logits_1.softmax(dim=1), logits_2.softmax(dim=1)
        log_mean = ((p + q) / 2).log()
        divergence = sum(functional.kl_div(log_mean, side, reduction="batchmean") for side in (p, q)) / 2
        return total + LAMBDA_DISTILL * (distance + divergence)

    def step(self, features: Tensor, labels: Tensor) -> None:
        """Train on ``BATCH`` / 2 images drawn from all training features (N, C, H, W) in memory."""
        self.optimiser.zero_grad()
        drawn = torch.randperm(len(features))[: min(BATCH // 2, len(features))]
        self.loss(features[drawn], labels[drawn]).backward()
        self.optimiser.step()

    @torch.no_grad()
    def evaluate(self, features: Tensor, labels: Tensor) -> tuple[float, float, float]:
        """Return S, U and CZSL of test features (N, C, H, W), in two loops as published: seen classes first."""
        of_unseen = torch.isin(labels, self.unseen)
        predicted, among = torch.empty_like(labels), torch.empty_like(labels)
        for part in (~of_unseen, of_unseen):
            rows = torch.nonzero(part)[:, 0]
            images = features[rows[0] : rows[-1] + 1]
            for start in range(0, len(images), BATCH):
                logits_1, logits_2, _unused = self.forward(images[start : start + BATCH])
                fused = FUSION[0] * logits_1 + FUSION[1] * logits_2
                predicted[rows[start : start + BATCH]] = fused.argmax(dim=1)
                among[rows[start : start + BATCH]] = self.unseen[fused[:, self.unseen].argmax(dim=1)]
        seen = self._per_class(labels[~of_unseen], predicted[~of_unseen])
        unseen = self._per_class(labels[of_unseen], predicted[of_unseen])
        return seen, unseen, self._per_class(labels[of_unseen], among[of_unseen])

    @staticmethod
    def _per_class(labels: Tensor, predicted: Tensor) -> float:
        hits = [(predicted[labels == name] == name).float().mean() for name in labels.unique()]
        return float(torch.stack(hits).mean())
