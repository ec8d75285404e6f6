"""Mutually Semantic Distillation Network (CVPR 2022), computed as the published code does (reference, section 2).

Shapes: B images, C channels, R regions, K attributes, D dimensions of a word vector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from msdn_core.domain.variants import SubNets, Variant
from msdn_core.msdn.attention import attention_forward, project_features, softmax_, softmax_backward_
from msdn_core.msdn.global_branch import GlobalBranch, pool_regions
from msdn_core.msdn.paper import VisualToAttributeByRegion

if TYPE_CHECKING:
    from collections.abc import Iterator


class Outputs(NamedTuple):
    """Scores and attention of both sub-nets on a batch; an absent sub-net scores 0 and attends uniformly.

    The attention has no gradient and is valid until the backward pass of the scores, which reuses its memory.
    """

    scores_av: Tensor
    """s1, (B, K)."""
    scores_va: Tensor
    """s2, (B, K)."""
    attention_av: Tensor
    """A1, (B, K, R); sums to 1 over the regions."""
    attention_va: Tensor
    """A2, (B, K, R); sums to 1 over the attributes."""
    scores_pooled: Tensor
    """s_g, (B, K), of the global branch; 0 without one."""


class RegionOutputs(NamedTuple):
    """Scores and attention of both sub-nets for each region; (B, K, R) each.

    The scores are those before the division by their length in a cosine classifier: the length is an image's.
    """

    attention_av: Tensor
    scores_av: Tensor
    """Attribute→visual scores of single regions: s1 is their sum weighted by A1."""
    attention_va: Tensor
    scores_va: Tensor
    """Visual→attribute scores of single regions: s2 is their sum."""


class AttributeToVisual(nn.Module):
    """AVA: each attribute attends to regions; A1 = softmax over regions of V·W_2·F, S1 = V·W_1·F."""

    map_count = 2

    def __init__(self, dimension: int, channels: int, generator: torch.Generator) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(dimension, channels, generator=generator))
        self.W_2 = nn.Parameter(torch.zeros(dimension, channels))

    def projections(self, v: Tensor) -> tuple[Tensor, ...]:
        """Return two (K, C) projections, for attention and score, of V (K, D)."""
        return v @ self.W_2, v @ self.W_1

    @staticmethod
    def forward_(maps: Tensor) -> tuple[Tensor, Tensor]:
        """Return s1 (K, B) and A1 (K, B, R) from the (2, K, B, R) maps of both projections."""
        attention = softmax_(maps[0], 2)
        return (attention * maps[1]).sum(dim=2), attention

    @staticmethod
    def backward_(maps: Tensor, scores: Tensor, gradient: Tensor) -> None:
        """See ``attention.SubNet``."""
        softmax_backward_(maps[0], maps[1], gradient[..., None], (scores * gradient)[..., None])


class VisualToAttribute(nn.Module):
    """VAA: each region attends to attributes; A2 = softmax over attributes of V·W_2_1·F, S2 = V·W_1_1ᵀ·F."""

    map_count = 2

    def __init__(self, dimension: int, channels: int) -> None:
        super().__init__()
        self.W_1_1 = nn.Parameter(torch.zeros(channels, dimension))
        self.W_2_1 = nn.Parameter(torch.zeros(dimension, channels))

    def projections(self, v: Tensor) -> tuple[Tensor, ...]:
        """Return two (K, C) projections, for attention and score, of V (K, D)."""
        return v @ self.W_2_1, v @ self.W_1_1.T

    @staticmethod
    def forward_(maps: Tensor) -> tuple[Tensor, Tensor]:
        """Return s2 (K, B), a sum over regions and not a mean, and A2 (K, B, R), from (2, K, B, R) maps."""
        attention = softmax_(maps[0], 0)
        return (attention * maps[1]).sum(dim=2), attention

    @staticmethod
    def backward_(maps: Tensor, scores: Tensor, gradient: Tensor) -> None:  # noqa: ARG004 - needs other sums
        """See ``attention.SubNet``."""
        attention, score = maps
        region_sums = (attention * score).mul_(gradient[..., None]).sum(dim=0)
        softmax_backward_(attention, score, gradient[..., None], region_sums)


class AveragePooled(nn.Module):
    """The baseline of an ablation: s = V·W_1·f with f the mean of an image's regions, which is AVA without attention.

    The paper mentions an average-pooled feature and one linear map. That the map goes through the word vectors, as in
    the sub-nets, is our choice: it starts and learns as they do, so the rows of an ablation differ in one thing only.
    """

    map_count = 1

    def __init__(self, dimension: int, channels: int, generator: torch.Generator) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(dimension, channels, generator=generator))

    def projections(self, v: Tensor) -> tuple[Tensor, ...]:
        """Return one (K, C) projection, for the score, of V (K, D)."""
        return (v @ self.W_1,)

    @staticmethod
    def forward_(maps: Tensor) -> tuple[Tensor, Tensor]:
        """Return s (K, B) and uniform weights of the regions (K, B, R), from (1, K, B, R) maps."""
        return maps[0].mean(dim=2), torch.full_like(maps[0], 1 / maps.shape[3])

    @staticmethod
    def backward_(maps: Tensor, scores: Tensor, gradient: Tensor) -> None:  # noqa: ARG004 - linear
        """See ``attention.SubNet``."""
        maps.copy_((gradient / maps.shape[3])[..., None])


def guarded_cosine(scores: Tensor, scale: float) -> Tensor:
    """Return ``domain.scoring.guarded_cosine`` of (B, K) scores, with a gradient."""
    return scale * scores / (scores.square().sum(dim=1, keepdim=True) + scale * scale).sqrt()


SubNetModule = AttributeToVisual | VisualToAttribute | VisualToAttributeByRegion | AveragePooled


class MSDN(nn.Module):
    """Both sub-nets on the features of a frozen backbone, or what an ablation leaves of them.

    The published code also has weights ``W_3`` and ``W_3_1`` that never get a gradient; they are left out here.
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
        pooled_scale: float = 0.0,
    ) -> None:
        """Make a network with initial weights.

        Parameters
        ----------
        word_vectors
            (K, D). Rows are scaled to length 1 (a zero row stays zero) and then trained.
        channels
            C, the channels of the features.
        normalize_v
            Whether rows are scaled to length 1 again in each forward pass, as in the AWA2 recipe.
        seed
            Seed of the initial weights.
        variant
            ``official`` or ``paper``; they differ in VAA only.
        sub_nets
            ``both``, ``av``, ``va``, or ``none`` for the baseline, which is the same in both variants.
        cosine_scale
            Scale of a cosine classifier (``guarded_cosine``); 0 keeps the plain scores of the published code.
        pooled_scale
            Scale of the scores of a global branch; 0 for none, as in the published code.
        """
        super().__init__()
        self.channels = channels
        """C, the channels of the features."""
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
        self.pooled_scale = pooled_scale
        self.global_branch = GlobalBranch(channels, word_vectors.shape[0], pooled_scale, seed) if pooled_scale else None

    def sub_net_parameters(self) -> Iterator[nn.Parameter]:
        """Return the word vectors and the weights of the sub-nets: all parameters except the global branch's."""
        return (weight for name, weight in self.named_parameters() if not name.startswith("global_branch."))

    @property
    def _present(self) -> list[SubNetModule]:
        """The sub-nets of this network, attribute→visual (or the baseline in its place) first."""
        candidates = (self.attribute_to_visual or self.average_pooled, self.visual_to_attribute)
        return [sub_net for sub_net in candidates if sub_net is not None]

    def projections(self) -> Tensor:
        """Return what the features are multiplied by: V times the weights of each sub-net, stacked, (Σn·K, C).

        Multiplying V and the weights first is cheaper than projecting every region as long as K < C.
        """
        v = nn.functional.normalize(self.V, dim=1) if self.normalize_v else self.V
        return torch.cat([projection for sub_net in self._present for projection in sub_net.projections(v)])

    def attention_projections(self, projections: Tensor) -> dict[str, Tensor]:
        """Return the (K, C) rows of ``projections`` for the attention of each sub-net, by ``av`` and ``va``.

        Their products with the features are the logits of the attention: V·W_2·F and V·W_2_1·F.
        """
        found: dict[str, Tensor] = {}
        start, k = 0, len(self.V)
        for sub_net in self._present:
            if sub_net is not self.average_pooled:
                found["av" if sub_net is self.attribute_to_visual else "va"] = projections[start : start + k]
            start += sub_net.map_count * k
        return found

    def forward(self, features: Tensor, projections: Tensor | None = None, *, pooled: Tensor | None = None) -> Outputs:
        """Return scores and attention of (B, C, R) features, each region of length 1 over C.

        Pass ``projections`` to reuse them for many batches with the same weights, and ``pooled`` (B, 2C) if the global
        branch takes other features than ``pool_regions`` of these. See ``attention_forward`` for dtypes and for how
        long the attention is valid.
        """
        weights = self.projections() if projections is None else projections
        outputs = self._by_name(attention_forward(self._present, weights, features))
        if self.global_branch is not None:
            inputs = pool_regions(features) if pooled is None else pooled
            outputs = outputs._replace(scores_pooled=self.global_branch(inputs))
        if not self.cosine_scale:
            return outputs
        return outputs._replace(
            scores_av=guarded_cosine(outputs.scores_av, self.cosine_scale),
            scores_va=guarded_cosine(outputs.scores_va, self.cosine_scale),
        )

    def regions(self, features: Tensor, projections: Tensor | None = None) -> RegionOutputs:
        """Return scores and attention of each region of (B, C, R) features: the scores are those of single regions."""
        batch, _, regions = features.shape
        weights = self.projections() if projections is None else projections
        sub_nets = self._present
        maps = project_features(sub_nets, weights, features).maps
        single_maps = [own_maps.reshape(*own_maps.shape[:2], -1, 1).clone() for own_maps in maps]
        single = self._by_name([sub_net.forward_(own) for sub_net, own in zip(sub_nets, single_maps, strict=True)])
        whole = self._by_name([sub_net.forward_(own) for sub_net, own in zip(sub_nets, maps, strict=True)])
        scores_av, scores_va = (
            scores.reshape(batch, regions, -1).transpose(1, 2) for scores in (single.scores_av, single.scores_va)
        )
        return RegionOutputs(whole.attention_av, scores_av, whole.attention_va, scores_va)

    def pooled_scores(self, features: Tensor) -> Tensor:
        """Return s_g (B, K) of (B, C, R) features; 0 without a global branch."""
        if self.global_branch is None:
            return self.V.new_zeros(len(features), self.V.shape[0])
        scores: Tensor = self.global_branch(pool_regions(features))
        return scores

    def _by_name(self, results: list[tuple[Tensor, Tensor]]) -> Outputs:
        """Return scores (K, B) and attention (K, B, R) of each sub-net by its name, with those of absent sub-nets."""
        k, batch, regions = results[0][1].shape
        zero = self.V.new_zeros(())
        absent = zero.expand(k, batch)
        scores_av, attention_av = (
            (absent, (zero + 1 / regions).expand(k, batch, regions)) if self.sub_nets is SubNets.VA else results[0]
        )
        scores_va, attention_va = (
            results[-1] if self.sub_nets.has_va else (absent, (zero + 1 / k).expand(k, batch, regions))
        )
        return Outputs(scores_av.T, scores_va.T, attention_av.transpose(0, 1), attention_va.transpose(0, 1), absent.T)
