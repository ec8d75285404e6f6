"""Faster networks with the same output: batch norms are folded into convolutions, on a CPU also activations."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch
from timm.layers import Conv2dSame
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

_BATCH = 16
"""The batch size that weights are packed for; fixed, so that all processes compute the same bytes."""


def fold_layers(network: nn.Module, example: Tensor, *, on_cpu: bool) -> nn.Module:
    """Return the fastest copy of a network with the same output, channels last; or the network itself.

    Layers are paired by the order in which they are defined, which need not be the order in which they are called. So
    the output of a copy on ``example`` (B, 3, S, S) is compared with the network's before the copy is used.
    """
    with torch.inference_mode():
        expected = network(example)
        tolerance = 1e-3 * float(expected.abs().max())
        for candidate in _candidates(network, on_cpu):
            try:
                output = candidate(example.contiguous(memory_format=torch.channels_last))
            except (RuntimeError, AttributeError):  # The operator is missing or takes other arguments.
                continue
            if expected.shape == output.shape and bool(((expected - output).abs() <= tolerance).all()):
                return candidate
    return network


def _candidates(network: nn.Module, on_cpu: bool) -> Iterator[nn.Module]:
    with_norms_folded = copy.deepcopy(network)
    _fold_pairs(with_norms_folded)
    if on_cpu:
        mirrored = any(isinstance(module, Conv2dSame) for module in network.modules())
        fused = copy.deepcopy(with_norms_folded)
        _fuse_convolutions(fused, mirrored)
        yield Mirrored(fused) if mirrored else fused
    yield with_norms_folded.to(memory_format=torch.channels_last)


def _fold_pairs(module: nn.Module) -> None:
    previous: nn.Module | None = None
    for name, child in list(module.named_children()):
        _fold_pairs(child)
        if (
            isinstance(previous, nn.Conv2d)
            and isinstance(child, nn.BatchNorm2d)
            and child.num_features == previous.out_channels
            and child.running_mean is not None
            and child.running_var is not None
        ):
            previous.weight, previous.bias = fuse_conv_bn_weights(
                previous.weight,
                previous.bias,
                child.running_mean,
                child.running_var,
                child.eps,
                child.weight,
                child.bias,
            )
            setattr(module, name, _activation_of(child))
        previous = child


def _activation_of(norm: nn.BatchNorm2d) -> nn.Module:
    """Return the activation that timm's norms contain, or an identity."""
    activation = getattr(norm, "act", None)
    return activation if isinstance(activation, nn.Module) else nn.Identity()


def _fuse_convolutions(module: nn.Module, mirrored: bool) -> None:
    """Replace each convolution, and the ReLU or ReLU6 right after it, by a ``FusedConvolution``."""
    previous: FusedConvolution | None = None
    for name, child in list(module.named_children()):
        current: FusedConvolution | None = None
        if isinstance(child, nn.Conv2d) and child.padding_mode == "zeros" and not isinstance(child.padding, str):
            current = FusedConvolution(child, mirrored)
            setattr(module, name, current)
        elif previous is not None and isinstance(child, nn.ReLU | nn.ReLU6):
            previous.clamp_at = 6.0 if isinstance(child, nn.ReLU6) else float("inf")
            setattr(module, name, nn.Identity())
        else:
            _fuse_convolutions(child, mirrored)
        previous = current


class Mirrored(nn.Module):
    """A network of mirrored kernels between two mirrorings: the same output without TensorFlow's asymmetric padding.

    At stride 2 that padding extends an even side at its far end only, which no operator supports, so the whole map is
    copied into a larger one before each such convolution: an eighth of Lite0's time. Mirrored, the extra row is at the
    near end, and symmetric padding has the same effect: its row at the far end is never reached.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        """Return (B, C, H, W) of (B, 3, S, S)."""
        image = pixels.flip(2, 3).contiguous(memory_format=torch.channels_last)
        return self.network(image).flip(2, 3)  # type: ignore[no-any-return]


class FusedConvolution(nn.Module):
    """A convolution with its activation in one pass by oneDNN; the weights are packed once."""

    def __init__(self, convolution: nn.Conv2d, mirrored: bool) -> None:
        super().__init__()
        weight = convolution.weight.flip(2, 3) if mirrored else convolution.weight
        self.weight = nn.Parameter(weight.detach().contiguous(memory_format=torch.channels_last), requires_grad=False)
        self.bias = convolution.bias
        self._padding = [int(side) for side in convolution.padding]
        if isinstance(convolution, Conv2dSame):
            spans = zip(convolution.kernel_size, convolution.dilation, strict=True)
            self._padding = [(kernel - 1) * dilation // 2 for kernel, dilation in spans]
        self._stride, self._dilation = list(convolution.stride), list(convolution.dilation)
        self._groups = convolution.groups
        self.clamp_at: float | None = None
        """The maximum of the activation; None without an activation."""
        self._packed: Tensor | None = None

    def forward(self, maps: Tensor) -> Tensor:
        """Return (B, C', H', W') of (B, C, H, W)."""
        if self._packed is None or self._packed.dtype != maps.dtype:
            shape = [_BATCH, *maps.shape[1:]]
            self._packed = torch.ops.mkldnn._reorder_convolution_weight(
                self.weight, self._padding, self._stride, self._dilation, self._groups, shape
            )
        activation, bounds = ("none", []) if self.clamp_at is None else ("hardtanh", [0.0, self.clamp_at])
        return torch.ops.mkldnn._convolution_pointwise(  # type: ignore[no-any-return]
            maps, self._packed, self.bias, self._padding, self._stride, self._dilation, self._groups,
            activation, bounds, "",
        )  # fmt: skip
