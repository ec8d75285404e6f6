"""Mutually Semantic Distillation Network (CVPR 2022): its sub-nets as the published code computes them, put together.

Shapes: B images, C channels, R regions, K attributes, D numbers a word vector.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from msdn_core.domain.variants import SubNets, Variant
from msdn_core.msdn.attention import attention_forward, project_features, softmax_, softmax_backward_
from msdn_core.msdn.paper import VisualToAttributeByRegion


class Outputs(NamedTuple):
    """What both sub-nets say of a batch; one that is not there says 0 and looks everywhere alike.

    The attention has no gradient, and is good until the scores' backward pass: its memory becomes the gradients'.
    """

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

    map_count = 2

    def __init__(self, dimension: int, channels: int, generator: torch.Generator) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(dimension, channels, generator=generator))
        self.W_2 = nn.Parameter(torch.zeros(dimension, channels))

    def projections(self, v: Tensor) -> tuple[Tensor, ...]:
        """Two of (K, C), for the attention and for the score, from V (K, D)."""
        return v @ self.W_2, v @ self.W_1

    @staticmethod
    def forward_(maps: Tensor) -> tuple[Tensor, Tensor]:
        """s1 (K, B) and A1 (K, B, R) from (2, K, B, R): both projections of the features."""
        attention = softmax_(maps[0], 2)
        return (attention * maps[1]).sum(dim=2), attention

    @staticmethod
    def backward_(maps: Tensor, scores: Tensor, gradient: Tensor) -> None:
        """See ``attention.SubNet``."""
        softmax_backward_(maps[0], maps[1], gradient[..., None], (scores * gradient)[..., None])


class VisualToAttribute(nn.Module):
    """VAA: each region looks for its attributes; A2 = softmax over attributes of V·W_2_1·F, S2 = V·W_1_1ᵀ·F."""

    map_count = 2

    def __init__(self, dimension: int, channels: int) -> None:
        super().__init__()
        self.W_1_1 = nn.Parameter(torch.zeros(channels, dimension))
        self.W_2_1 = nn.Parameter(torch.zeros(dimension, channels))

    def projections(self, v: Tensor) -> tuple[Tensor, ...]:
        """Two of (K, C), for the attention and for the score, from V (K, D)."""
        return v @ self.W_2_1, v @ self.W_1_1.T

    @staticmethod
    def forward_(maps: Tensor) -> tuple[Tensor, Tensor]:
        """s2 (K, B), a sum over the regions and not a mean, and A2 (K, B, R), from (2, K, B, R)."""
        attention = softmax_(maps[0], 0)
        return (attention * maps[1]).sum(dim=2), attention

    @staticmethod
    def backward_(maps: Tensor, scores: Tensor, gradient: Tensor) -> None:  # noqa: ARG004 - the sums are another one's
        """See ``attention.SubNet``."""
        attention, score = maps
        of_region = (attention * score).mul_(gradient[..., None]).sum(dim=0)
        softmax_backward_(attention, score, gradient[..., None], of_region)


class AveragePooled(nn.Module):
    """The baseline of an ablation: s = V·W_1·f with f the mean of an image's regions; AVA without its attention.

    The paper names an average-pooled feature and one linear map; that the map goes through the word vectors, as the
    sub-nets' do, is ours: so it starts and learns as they do, and a row of the table differs in one thing.
    """

    map_count = 1

    def __init__(self, dimension: int, channels: int, generator: torch.Generator) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(dimension, channels, generator=generator))

    def projections(self, v: Tensor) -> tuple[Tensor, ...]:
        """One of (K, C), for the score, from V (K, D)."""
        return (v @ self.W_1,)

    @staticmethod
    def forward_(maps: Tensor) -> tuple[Tensor, Tensor]:
        """s (K, B), and how much each region weighs in it, the same everywhere (K, B, R), from (1, K, B, R)."""
        return maps[0].mean(dim=2), torch.full_like(maps[0], 1 / maps.shape[3])

    @staticmethod
    def backward_(maps: Tensor, scores: Tensor, gradient: Tensor) -> None:  # noqa: ARG004 - a mean's slope is its own
        """See ``attention.SubNet``."""
        maps.copy_((gradient / maps.shape[3])[..., None])


def guarded_cosine(scores: Tensor, scale: float) -> Tensor:
    """``domain.scoring.guarded_cosine`` of (B, K) scores, with a gradient."""
    return scale * scores / (scores.square().sum(dim=1, keepdim=True) + scale * scale).sqrt()


Sub = AttributeToVisual | VisualToAttribute | VisualToAttributeByRegion | AveragePooled


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

    @property
    def _there(self) -> list[Sub]:
        """The sub-nets that there are, attribute→visual (or the baseline in its place) first."""
        every = (self.attribute_to_visual or self.average_pooled, self.visual_to_attribute)
        return [sub_net for sub_net in every if sub_net is not None]

    def projections(self) -> Tensor:
        """What the features are multiplied with: V times the weights of each sub-net, one after the other, (Σn·K, C).

        V meets the weights first, which is cheaper than projecting every region while K < C.
        """
        v = nn.functional.normalize(self.V, dim=1) if self.normalize_v else self.V
        return torch.cat([projection for sub_net in self._there for projection in sub_net.projections(v)])

    def forward(self, features: Tensor, projections: Tensor | None = None) -> Outputs:
        """(B, C, R) features, each region of length 1 over C; what follows their product is in the weights' dtype.

        Who asks for many batches under the same weights makes ``projections`` once. See ``attention_forward``.
        """
        weights = self.projections() if projections is None else projections
        said = self._named(attention_forward(self._there, weights, features))
        if not self.cosine_scale:
            return said
        return said._replace(
            scores_av=guarded_cosine(said.scores_av, self.cosine_scale),
            scores_va=guarded_cosine(said.scores_va, self.cosine_scale),
        )

    def regions(self, features: Tensor, projections: Tensor | None = None) -> RegionOutputs:
        """What becomes of each region of (B, C, R) features: the sub-nets are asked of every region alone as well."""
        batch, _, regions = features.shape
        weights = self.projections() if projections is None else projections
        there = self._there
        maps = project_features(there, weights, features).maps
        each = [own.reshape(*own.shape[:2], -1, 1).clone() for own in maps]
        alone = self._named([sub_net.forward_(own) for sub_net, own in zip(there, each, strict=True)])
        together = self._named([sub_net.forward_(own) for sub_net, own in zip(there, maps, strict=True)])
        scores_av, scores_va = (
            scores.reshape(batch, regions, -1).transpose(1, 2) for scores in (alone.scores_av, alone.scores_va)
        )
        return RegionOutputs(together.attention_av, scores_av, together.attention_va, scores_va)

    def _named(self, said: list[tuple[Tensor, Tensor]]) -> Outputs:
        """What each sub-net says, scores (K, B) and attention (K, B, R), under its name; of an absent one nothing."""
        k, batch, regions = said[0][1].shape
        nothing = self.V.new_zeros(())
        absent = nothing.expand(k, batch)
        scores_av, attention_av = (
            (absent, (nothing + 1 / regions).expand(k, batch, regions)) if self.sub_nets is SubNets.VA else said[0]
        )
        scores_va, attention_va = (
            said[-1] if self.sub_nets.has_va else (absent, (nothing + 1 / k).expand(k, batch, regions))
        )
        return Outputs(scores_av.T, scores_va.T, attention_av.transpose(0, 1), attention_va.transpose(0, 1))
