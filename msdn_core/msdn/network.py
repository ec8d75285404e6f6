"""Mutually Semantic Distillation Network, variant ``official``: what the published code computes (CVPR 2022).

Shapes: B images, C channels, R regions, K attributes, D numbers a word vector.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn


class Outputs(NamedTuple):
    """What both sub-nets say of a batch."""

    scores_av: Tensor
    """s1, (B, K)."""
    scores_va: Tensor
    """s2, (B, K)."""
    attention_av: Tensor
    """A1, (B, K, R); sums to 1 over the regions."""
    attention_va: Tensor
    """A2, (B, K, R); sums to 1 over the attributes."""


class RegionOutputs(NamedTuple):
    """What both sub-nets say of each region, and how they look at it; (B, K, R) each."""

    attention_av: Tensor
    scores_av: Tensor
    """What attribute→visual says of a region alone: s1 is their sum weighted by A1."""
    attention_va: Tensor
    scores_va: Tensor
    """What visual→attribute says of a region alone: s2 is their plain sum."""


class AttributeToVisual(nn.Module):
    """AVA: each attribute looks for its regions; A1 = softmax over regions of V·W_2·F, S1 = V·W_1·F."""

    def __init__(self, dimension: int, channels: int, generator: torch.Generator) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(dimension, channels, generator=generator))
        self.W_2 = nn.Parameter(torch.zeros(dimension, channels))

    def projections(self, v: Tensor) -> tuple[Tensor, Tensor]:
        """Two of (K, C), for the attention and for the score, from V (K, D)."""
        return v @ self.W_2, v @ self.W_1

    def forward(self, attention: Tensor, score: Tensor) -> tuple[Tensor, Tensor]:
        """s1 (B, K) and A1 (B, K, R) from both projections of the features, each (B, K, R)."""
        weights = attention.softmax(dim=2)
        return (weights * score).sum(dim=2), weights


class VisualToAttribute(nn.Module):
    """VAA: each region looks for its attributes; A2 = softmax over attributes of V·W_2_1·F, S2 = V·W_1_1ᵀ·F."""

    def __init__(self, dimension: int, channels: int) -> None:
        super().__init__()
        self.W_1_1 = nn.Parameter(torch.zeros(channels, dimension))
        self.W_2_1 = nn.Parameter(torch.zeros(dimension, channels))

    def projections(self, v: Tensor) -> tuple[Tensor, Tensor]:
        """Two of (K, C), for the attention and for the score, from V (K, D)."""
        return v @ self.W_2_1, v @ self.W_1_1.T

    def forward(self, attention: Tensor, score: Tensor) -> tuple[Tensor, Tensor]:
        """s2 (B, K), a sum over the regions and not a mean, and A2 (B, K, R), from two of (B, K, R)."""
        weights = attention.softmax(dim=1)
        return (weights * score).sum(dim=2), weights


class MSDN(nn.Module):
    """Both sub-nets over the features of a frozen backbone.

    The published code also holds ``W_3`` and ``W_3_1``, which never get a gradient; they are left out here.
    """

    def __init__(self, word_vectors: Tensor, channels: int, *, normalize_v: bool = False, seed: int = 0) -> None:
        """``word_vectors`` is (K, D): its rows are brought to length 1 (a zero row stays zero) and then trained.

        ``normalize_v`` brings them to length 1 again in each forward pass, as the AWA2 recipe does.
        """
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.normalize_v = normalize_v
        self.V = nn.Parameter(nn.functional.normalize(word_vectors.detach().clone().float(), dim=1))
        dimension = word_vectors.shape[1]
        self.attribute_to_visual = AttributeToVisual(dimension, channels, generator)
        self.visual_to_attribute = VisualToAttribute(dimension, channels)

    @property
    def channels(self) -> int:
        """C, the channels of the features that it takes."""
        return self.attribute_to_visual.W_1.shape[1]

    def forward(self, features: Tensor) -> Outputs:
        """(B, C, R) features, each region of length 1 over C, in the network's own dtype."""
        return self._say(*self._products(features))

    def regions(self, features: Tensor) -> RegionOutputs:
        """What becomes of each region of (B, C, R) features: the sub-nets are asked of every region alone as well."""
        products = self._products(features)
        together = self._say(*products)
        batch, k, regions = products[0].shape
        alone = self._say(*(product.transpose(1, 2).reshape(-1, k, 1) for product in products))
        scores_av, scores_va = (
            scores.reshape(batch, regions, k).transpose(1, 2) for scores in (alone.scores_av, alone.scores_va)
        )
        return RegionOutputs(together.attention_av, scores_av, together.attention_va, scores_va)

    def _products(self, features: Tensor) -> tuple[Tensor, ...]:
        """All four K×R tensors from one batched product of (4K, C) with the features: V meets the weights first,
        which is cheaper than projecting every region while K < C, and no tensor of B×K×C ever exists.
        """
        v = nn.functional.normalize(self.V, dim=1) if self.normalize_v else self.V
        projections = (*self.attribute_to_visual.projections(v), *self.visual_to_attribute.projections(v))
        products = torch.matmul(torch.cat(projections), features)
        return products.reshape(-1, len(projections), v.shape[0], features.shape[2]).unbind(1)

    def _say(self, attention_1: Tensor, score_1: Tensor, attention_2: Tensor, score_2: Tensor) -> Outputs:
        scores_av, attention_av = self.attribute_to_visual(attention_1, score_1)
        scores_va, attention_va = self.visual_to_attribute(attention_2, score_2)
        return Outputs(scores_av, scores_va, attention_av, attention_va)
