"""Mutually Semantic Distillation Network (CVPR 2022): its sub-nets as the published code computes them, put together.

Shapes: B images, C channels, R regions, K attributes, D numbers a word vector.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from msdn_core.domain.variants import SubNets, Variant
from msdn_core.msdn.paper import VisualToAttributeByRegion

Maps = tuple[Tensor, ...]
"""Products of projections with the features, each (K, B, R)."""


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


class RegionOutputs(NamedTuple):
    """What both sub-nets say of each region, and how they look at it; (B, K, R) each.

    The scores are those before a cosine classifier's division by their length, which is an image's and no region's.
    """

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

    def projections(self, v: Tensor) -> tuple[Tensor, ...]:
        """Two of (K, C), for the attention and for the score, from V (K, D)."""
        return v @ self.W_2, v @ self.W_1

    def forward(self, attention: Tensor, score: Tensor) -> tuple[Tensor, Tensor]:
        """s1 (B, K) and A1 (B, K, R) from both projections of the features, each (K, B, R)."""
        weights = attention.softmax(dim=2)
        return (weights * score).sum(dim=2).T, weights.transpose(0, 1)


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
        """s2 (B, K), a sum over the regions and not a mean, and A2 (B, K, R), from two of (K, B, R)."""
        weights = attention.softmax(dim=0)
        return (weights * score).sum(dim=2).T, weights.transpose(0, 1)


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
        """s (B, K), and how much each region weighs in it, the same everywhere (B, K, R), from (K, B, R)."""
        return score.mean(dim=2).T, torch.full_like(score, 1 / score.shape[2]).transpose(0, 1)


def guarded_cosine(scores: Tensor, scale: float) -> Tensor:
    """``domain.scoring.guarded_cosine`` of (B, K) scores, with a gradient."""
    return scale * scores / (scores.square().sum(dim=1, keepdim=True) + scale * scale).sqrt()


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
        cosine_scale: float = 0.0,
    ) -> None:
        """``word_vectors`` is (K, D): its rows are brought to length 1 (a zero row stays zero) and then trained.

        ``normalize_v`` brings them to length 1 again in each forward pass, as the AWA2 recipe does. The variants
        differ in VAA alone; the baseline (``sub_nets`` ``none``) is the same in both. ``cosine_scale`` above 0 is that
        of a cosine classifier (``guarded_cosine``); at 0 the scores come out as they are, as the published code's do.
        """
        super().__init__()
        self.channels = channels
        """C, the channels of the features that it takes."""
        self.sub_nets = SubNets(sub_nets)
        generator = torch.Generator().manual_seed(seed)
        self.normalize_v = normalize_v
        self.cosine_scale = cosine_scale
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
        """(B, C, R) features, each region of length 1 over C; what follows their product is in the weights' dtype."""
        said = self._say(*self._maps(features))
        if not self.cosine_scale:
            return said
        return said._replace(
            scores_av=guarded_cosine(said.scores_av, self.cosine_scale),
            scores_va=guarded_cosine(said.scores_va, self.cosine_scale),
        )

    def regions(self, features: Tensor) -> RegionOutputs:
        """What becomes of each region of (B, C, R) features: the sub-nets are asked of every region alone as well."""
        of_av, of_va = self._maps(features)
        together = self._say(of_av, of_va)
        batch, k, regions = together.attention_av.shape

        def parted(maps: Maps) -> Maps:
            return tuple(map_.reshape(k, -1, 1) for map_ in maps)

        alone = self._say(parted(of_av), parted(of_va))
        scores_av, scores_va = (
            scores.reshape(batch, regions, k).transpose(1, 2) for scores in (alone.scores_av, alone.scores_va)
        )
        return RegionOutputs(together.attention_av, scores_av, together.attention_va, scores_va)

    def _maps(self, features: Tensor) -> tuple[Maps, Maps]:
        """The maps that each sub-net asks for, from one product of (4K, C) with the whole batch's features (C, B·R).

        The product is in the features' dtype. V meets the weights first, which is cheaper than projecting every region
        while K < C, and no tensor of B×K×C ever exists. Features that lie channels first in memory are taken as they
        are, others copied.
        """
        v = nn.functional.normalize(self.V, dim=1) if self.normalize_v else self.V
        av, va = self.attribute_to_visual or self.average_pooled, self.visual_to_attribute
        for_av = av.projections(v) if av is not None else ()
        for_va = va.projections(v) if va is not None else ()
        batch, channels, regions = features.shape
        flat = features.transpose(0, 1).reshape(channels, -1)
        products = (torch.cat((*for_av, *for_va)).to(flat.dtype) @ flat).to(v.dtype)
        maps = products.reshape(-1, v.shape[0], batch, regions).unbind()
        return maps[: len(for_av)], maps[len(for_av) :]

    def _say(self, of_av: Maps, of_va: Maps) -> Outputs:
        av, va = self.attribute_to_visual or self.average_pooled, self.visual_to_attribute
        k, batch, regions = (*of_av, *of_va)[0].shape
        nothing = self.V.new_zeros(())
        absent = nothing.expand(batch, k)
        scores_av, attention_av = (
            av(*of_av) if av is not None else (absent, (nothing + 1 / regions).expand(batch, k, regions))
        )
        scores_va, attention_va = (
            va(*of_va) if va is not None else (absent, (nothing + 1 / k).expand(batch, k, regions))
        )
        return Outputs(scores_av, scores_va, attention_av, attention_va)
