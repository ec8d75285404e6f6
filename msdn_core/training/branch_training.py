"""Training the global branch beside the sub-nets: its input, its loss and its optimiser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from msdn_core.msdn import paper
from msdn_core.msdn.global_branch import GlobalBranch, pool_regions
from msdn_core.training.dropout import POOLED, dropout_factors

if TYPE_CHECKING:
    from msdn_core.msdn.batches import FeatureBatches
    from msdn_core.recipes.config import TrainConfig


class BranchTraining:
    """A global branch in training; no gradient of it reaches the sub-nets, or of theirs the branch."""

    def __init__(self, branch: GlobalBranch, config: TrainConfig) -> None:
        self._config = config
        self.optimiser = torch.optim.Adam(
            branch.parameters(),
            lr=config.pooled_learning_rate,
            weight_decay=config.weight_decay,
            # One pass over the weights: by default, Adam's step would cost as much as the rest of the branch.
            fused=branch.W.device.type in ("cpu", "cuda"),
        )

    def inputs(self, features: Tensor, batches: FeatureBatches, images: int, step: int) -> Tensor:
        """Return the pooled features of a batch of (b, C, R), with dropout.

        ``batches`` has read them, as its own share of a batch of ``images``.
        """
        pooled, config = pool_regions(features), self._config
        if not config.pooled_dropout:
            return pooled
        factors = dropout_factors(
            images, pooled.shape[1], config.pooled_dropout, stream=POOLED, seed=config.seed, step=step
        )
        return pooled * torch.from_numpy(batches.own_share(factors)).to(pooled.device)

    @staticmethod
    def loss(scores: Tensor, labels: Tensor, unit_vectors: Tensor, seen: Tensor) -> Tensor:
        """Return the cross-entropy of the (B, K) scores over the seen classes."""
        return paper.cross_entropy(scores @ unit_vectors.T, labels, seen)
