"""Mutually Semantic Distillation Network (CVPR 2022): its sub-nets as the published code computes them, put together.

Shapes: B images, C channels, R regions, K attributes, D numbers a word vector.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from msdn_core.domain.variants import SubNets, Variant
from msdn_core.msdn.paper import VisualToAttributeByRegion


class Outputs(NamedTuple):
    """What both sub-nets say of a batch; one that is not there says 0 and looks everywhere alike."""

    scores_av: Tensor
    """s1, (B, K)."""
    scores_va: Tensor
    """s2, (B, K)."""
    attention_av: Tensor
    """A1, (B, K, R); sums to 1 over the regions."""
    attention_va: Tensor
    """A2, (B, K, R); sums to 1 over the attributes."""


class AttributeToVisual(nn.Module):
    """AVA: each attribute looks for its regions; A1 = softmax over regions of V·W_2·F, S1 = V·W_1·F."""

    def __init__(self, dimension: int, channels: int, generator: torch.Generator) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(dimension, channels, generator=generator))
        self.W_2 = nn.Parameter(torch.zeros(dimension, channels))

    def projections(self, v: Tensor) -> tuple[Tensor, ...]:
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

    def projections(self, v: Tensor) -> tuple[Tensor, ...]:
        """Two of (K, C), for the attention and for the score, from V (K, D)."""
        return v @ self.W_2_1, v @ self.W_1_1.T

    def forward(self, attention: Tensor, score: Tensor) -> tuple[Tensor, Tensor]:
        """s2 (B, K), a sum over the regions and not a mean, and A2 (B, K, R), from two of (B, K, R)."""
        weights = attention.softmax(dim=1)
        return (weights * score).sum(dim=2), weights


class AveragePooled(nn.Module):
    """The baseline of an ablation: s = V·W_1·f with f the mean of an image's regions; AVA without its attention.

    The paper names an average-pooled feature and one linear map; that the map goes through the word vectors, as the
    sub-nets' do, is ours: so it starts and learns as they do, and a row of the table differs in one thing.
    """

    def __init__(self, dimension: int, channels: int, generator: torch.Generator) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(dimension, channels, generator=generator))

    def projections(self, v: Tensor) -> tuple[Tensor, ...]:
        """One of (K, C), for the score, from V (K, D)."""
        return (v @ self.W_1,)

    def forward(self, score: Tensor) -> tuple[Tensor, Tensor]:
        """s (B, K), and how much each region weighs in it, the same everywhere, from (B, K, R)."""
        return score.mean(dim=2), torch.full_like(score, 1 / score.shape[2])


class MSDN(nn.Module):
    """Both sub-nets over the features of a frozen backbone, or what an ablation leaves of them.

    The published code also holds ``W_3`` and ``W_3_1``, which never get a gradient; they are left out here.
    """

    def __init__(
        self,
        word_vectors: Tensor,
        channels: int,
        *,
        normalize_v: bool = False,
        seed: int = 0,
        variant: str = Variant.OFFICIAL,
        sub_nets: str = SubNets.BOTH,
    ) -> None:
        """``word_vectors`` is (K, D): its rows are brought to length 1 (a zero row stays zero) and then trained.

        ``normalize_v`` brings them to length 1 again in each forward pass, as the AWA2 recipe does. The variants
        differ in VAA alone; the baseline (``sub_nets`` ``none``) is the same in both.
        """
        super().__init__()
        self.channels = channels
        """C, the channels of the features that it takes."""
        self.sub_nets = SubNets(sub_nets)
        generator = torch.Generator().manual_seed(seed)
        self.normalize_v = normalize_v
        self.V = nn.Parameter(nn.functional.normalize(word_vectors.detach().clone().float(), dim=1))
        dimension = word_vectors.shape[1]
        self.average_pooled = AveragePooled(dimension, channels, generator) if self.sub_nets is SubNets.NONE else None
        self.attribute_to_visual = AttributeToVisual(dimension, channels, generator) if self.sub_nets.has_av else None
        self.visual_to_attribute: VisualToAttribute | VisualToAttributeByRegion | None = None
        if self.sub_nets.has_va:
            self.visual_to_attribute = (
                VisualToAttributeByRegion(dimension, channels, generator)
                if Variant(variant) is Variant.PAPER
                else VisualToAttribute(dimension, channels)
            )

    def forward(self, features: Tensor) -> Outputs:
        """(B, C, R) features, each region of length 1 over C, in the network's own dtype.

        All K×R tensors come from one batched product of (4K, C) with the features: V meets the weights first,
        which is cheaper than projecting every region while K < C, and no tensor of B×K×C ever exists.
        """
        v = nn.functional.normalize(self.V, dim=1) if self.normalize_v else self.V
        av, va = self.attribute_to_visual or self.average_pooled, self.visual_to_attribute
        for_av = av.projections(v) if av is not None else ()
        for_va = va.projections(v) if va is not None else ()
        products = torch.matmul(torch.cat((*for_av, *for_va)), features)
        # Not len(features), which an exporter takes for a constant.
        images, k, regions = features.shape[0], v.shape[0], features.shape[2]
        maps = products.reshape(-1, len(for_av) + len(for_va), k, regions).unbind(1)
        nothing = products.new_zeros(())
        absent = nothing.expand(images, k)
        scores_av, attention_av = (
            av(*maps[: len(for_av)]) if av is not None else (absent, (nothing + 1 / regions).expand(images, k, regions))
        )
        scores_va, attention_va = (
            va(*maps[len(for_av) :]) if va is not None else (absent, (nothing + 1 / k).expand(images, k, regions))
        )
        return Outputs(scores_av, scores_va, attention_av, attention_va)
