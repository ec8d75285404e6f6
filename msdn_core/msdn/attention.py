"""The product of features and projections, and the sub-nets' attention on it: forward and backward, in place.

The maps of a training step take 50 MB at CUB's shape. Autograd would hold them four times: the softmaxes, their
products with the scores, the gradients of both, and one more copy to join the gradients for the backward pass of the
product. Here each attention map replaces the map it is computed from, and the backward pass replaces maps by their
gradients.

Shapes: B images, C channels, R regions, K attributes; a sub-net uses n maps of (K, B, R).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

if TYPE_CHECKING:
    from collections.abc import Sequence


class SubNet(Protocol):
    """The attention of a sub-net, computed in place on its maps."""

    map_count: int
    """n, the number of maps."""

    @staticmethod
    def forward_(maps: Tensor) -> tuple[Tensor, Tensor]:
        """Return scores (K, B) and attention (K, B, R) of (n, K, B, R) maps; the attention may overwrite a map."""

    @staticmethod
    def backward_(maps: Tensor, scores: Tensor, gradient: Tensor) -> None:
        """Replace maps, as ``forward_`` left them, by their gradients; ``gradient`` is that of the (K, B) scores."""


def attention_forward(sub_nets: Sequence[SubNet], projections: Tensor, features: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Return scores (K, B) and attention (K, B, R) of each sub-net, from (B, C, R) features.

    ``projections`` (Σn·K, C) are those of all sub-nets, one after the other. The product is computed in the features'
    dtype, everything after it in that of the projections. Features that are channels first in memory are used as they
    are, others are copied. Gradients reach ``projections`` only from the scores, and only once; the attention is valid
    until then, because its memory becomes that of the gradients.
    """
    outputs = _Attention.apply(projections, features, tuple(sub_nets))
    return list(zip(outputs[::2], outputs[1::2], strict=True))


class ProjectedFeatures(NamedTuple):
    """The features of a batch and their product with the projections."""

    flat: Tensor
    """(C, B·R) features; not a copy if they are laid out like that in memory."""
    products: Tensor
    """(Σn·K, B·R): computed in the features' dtype, converted to that of the projections."""
    maps: tuple[Tensor, ...]
    """Views of the products, (n, K, B, R) for each sub-net."""


def project_features(sub_nets: Sequence[SubNet], projections: Tensor, features: Tensor) -> ProjectedFeatures:
    """Return ``projections`` (Σn·K, C) times the (B, C, R) features."""
    batch, channels, regions = features.shape
    flat = features.transpose(0, 1).reshape(channels, -1)
    products = (projections.to(flat.dtype) @ flat).to(projections.dtype)
    counts = [sub_net.map_count for sub_net in sub_nets]
    maps = torch.split(products.view(sum(counts), -1, batch, regions), counts)
    return ProjectedFeatures(flat, products, maps)


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, projections: Tensor, features: Tensor, sub_nets: tuple[SubNet, ...]) -> tuple[Tensor, ...]:
        flat, products, maps = project_features(sub_nets, projections, features)
        results = [sub_net.forward_(own_maps) for sub_net, own_maps in zip(sub_nets, maps, strict=True)]
        ctx.save_for_backward(flat, *(scores for scores, _ in results))
        ctx.sub_nets, ctx.products, ctx.maps = sub_nets, products, maps
        ctx.mark_non_differentiable(*(attention for _, attention in results))
        ctx.set_materialize_grads(False)
        return tuple(value for pair in results for value in pair)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor, None, None]:
        if ctx.products is None:
            raise RuntimeError("The maps of this pass are already replaced by gradients; run the network again.")
        flat, *all_scores = ctx.saved_tensors
        for sub_net, maps, scores, gradient in zip(ctx.sub_nets, ctx.maps, all_scores, gradients[::2], strict=True):
            if gradient is None:
                maps.zero_()
            else:
                sub_net.backward_(maps, scores, gradient)
        products = ctx.products
        ctx.products = ctx.maps = None
        return (products.to(flat.dtype) @ flat.T).to(products.dtype), None, None


def softmax_(map_: Tensor, axis: int) -> Tensor:
    """Replace a map by its softmax along an axis and return it."""
    return torch.softmax(map_, axis, out=map_)


def softmax_backward_(attention: Tensor, score: Tensor, gradient: Tensor, mean: Tensor) -> None:
    """Replace attention and score by the gradients of their maps, for the sum Σ attention * score.

    ``gradient`` is that of the sum, broadcast over what was summed, and ``mean`` the sum itself times its gradient:
    the derivative by the attention's map is attention * (score * gradient − mean), by the score attention * gradient.
    """
    centred = (score * gradient).sub_(mean)
    torch.mul(attention, gradient, out=score)
    attention.mul_(centred)
