"""The network's one product and what the sub-nets make of it, forward and backward, in one piece of memory.

A step's maps are 50 MB at CUB's shape. Left to autograd they are made four times over: the softmaxes, their products
with the scores, the gradients of both, and one more copy that puts the gradients together for the product's own. Here
attention is made where its map lay, and the backward pass turns maps into gradients where they lie.

Shapes: B images, C channels, R regions, K attributes; a sub-net asks for n maps of (K, B, R).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class SubNet(Protocol):
    """What a sub-net makes of its maps, in place."""

    map_count: int
    """n."""

    @staticmethod
    def forward_(maps: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (K, B) and attention (K, B, R) of (n, K, B, R) maps; the attention may lie where a map lay."""

    @staticmethod
    def backward_(maps: Tensor, scores: Tensor, gradient: Tensor) -> None:
        """Turns maps, as ``forward_`` left them, into their gradients; ``gradient`` is that of the (K, B) scores."""


def attention_forward(sub_nets: Sequence[SubNet], projections: Tensor, features: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Of each sub-net the scores (K, B) and the attention (K, B, R), of (B, C, R) features.

    ``projections`` (Σn·K, C) are those of all sub-nets, one after the other. The product is in the features' dtype,
    what follows it in that of the projections. Features that lie channels first in memory are taken as they are,
    others copied. Gradients reach ``projections`` from the scores alone, once; the attention is good until then, for
    its memory becomes the gradients'.
    """
    made = _Attend.apply(projections, features, tuple(sub_nets))
    return list(zip(made[::2], made[1::2], strict=True))


class ProjectedFeatures(NamedTuple):
    """The features of a batch and what the projections make of them."""

    flat: Tensor
    """(C, B·R) features; no copy where they lie like that in memory."""
    products: Tensor
    """(Σn·K, B·R): made in the features' dtype, now in that of the projections."""
    maps: tuple[Tensor, ...]
    """The products again, (n, K, B, R) for each sub-net."""


def project_features(sub_nets: Sequence[SubNet], projections: Tensor, features: Tensor) -> ProjectedFeatures:
    """``projections`` (Σn·K, C) times the (B, C, R) features."""
    batch, channels, regions = features.shape
    flat = features.transpose(0, 1).reshape(channels, -1)
    products = (projections.to(flat.dtype) @ flat).to(projections.dtype)
    counts = [sub_net.map_count for sub_net in sub_nets]
    maps = torch.split(products.view(sum(counts), -1, batch, regions), counts)
    return ProjectedFeatures(flat, products, maps)


class _Attend(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, projections: Tensor, features: Tensor, sub_nets: tuple[SubNet, ...]) -> tuple[Tensor, ...]:
        flat, products, maps = project_features(sub_nets, projections, features)
        said = [sub_net.forward_(own) for sub_net, own in zip(sub_nets, maps, strict=True)]
        ctx.save_for_backward(flat, *(scores for scores, _ in said))
        ctx.sub_nets, ctx.products, ctx.maps = sub_nets, products, maps
        ctx.mark_non_differentiable(*(attention for _, attention in said))
        ctx.set_materialize_grads(False)
        return tuple(value for pair in said for value in pair)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor, None, None]:
        if ctx.products is None:
            raise RuntimeError("The maps of this pass became gradients already; run the network again.")
        flat, *said = ctx.saved_tensors
        for sub_net, maps, scores, gradient in zip(ctx.sub_nets, ctx.maps, said, gradients[::2], strict=True):
            if gradient is None:
                maps.zero_()
            else:
                sub_net.backward_(maps, scores, gradient)
        products = ctx.products
        ctx.products = ctx.maps = None
        return (products.to(flat.dtype) @ flat.T).to(products.dtype), None, None


def softmax_(map_: Tensor, axis: int) -> Tensor:
    """A softmax where its input lies."""
    return torch.softmax(map_, axis, out=map_)


def softmax_backward_(attention: Tensor, score: Tensor, gradient: Tensor, mean: Tensor) -> None:
    """Turns attention and score into the gradients of the maps that they were made of, for Σ attention * score.

    ``gradient`` is that of the sum, spread over what was summed, and ``mean`` the sum itself times its gradient:
    the slope by the attention's map is attention * (score * gradient − mean), by the score attention * gradient.
    """
    away = (score * gradient).sub_(mean)
    torch.mul(attention, gradient, out=score)
    attention.mul_(away)
