"""The same features sooner: batch norms folded into convolutions, and on a CPU activations too, and paddings away."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
from timm.layers import Conv2dSame
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

_BATCH = 16
"""What weights are packed for; a fixed number, so that all processes make the same bytes."""


def fold_layers(network: nn.Module, example: Tensor, *, on_cpu: bool) -> nn.Module:
    """The fastest copy that makes what the network makes, laid channels-last; or the network itself.

    Pairs are found by the order in which modules are defined, which need not be the order in which they are called:
    the result on ``example`` (B, 3, S, S) is compared with the network's own before a copy is trusted.
    """
    with torch.inference_mode():
        expected = network(example)
        tolerance = 1e-3 * float(expected.abs().max())
        for candidate in _candidates(network, on_cpu):
            try:
                found = candidate(example.contiguous(memory_format=torch.channels_last))
            except (RuntimeError, AttributeError):  # An operator that is not there, or takes something else.
                continue
            if expected.shape == found.shape and bool(((expected - found).abs() <= tolerance).all()):
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
    before: nn.Module | None = None
    for name, child in list(module.named_children()):
        _fold_pairs(child)
        if (
            isinstance(before, nn.Conv2d)
            and isinstance(child, nn.BatchNorm2d)
            and child.num_features == before.out_channels
            and child.running_mean is not None
            and child.running_var is not None
        ):
            before.weight, before.bias = fuse_conv_bn_weights(
                before.weight, before.bias, child.running_mean, child.running_var, child.eps, child.weight, child.bias
            )
            setattr(module, name, _rest_of(child))
        before = child


def _rest_of(norm: nn.BatchNorm2d) -> nn.Module:
    """What a norm does besides normalising: timm's carry an activation."""
    activation = getattr(norm, "act", None)
    return activation if isinstance(activation, nn.Module) else nn.Identity()


def _fuse_convolutions(module: nn.Module, mirrored: bool) -> None:
    """Puts a ``FusedConvolution`` in the place of each convolution and of the ReLU or ReLU6 right behind it."""
    before: FusedConvolution | None = None
    for name, child in list(module.named_children()):
        now: FusedConvolution | None = None
        if isinstance(child, nn.Conv2d) and child.padding_mode == "zeros" and not isinstance(child.padding, str):
            now = FusedConvolution(child, mirrored)
            setattr(module, name, now)
        elif before is not None and isinstance(child, nn.ReLU | nn.ReLU6):
            before.clamp_at = 6.0 if isinstance(child, nn.ReLU6) else float("inf")
            setattr(module, name, nn.Identity())
        else:
            _fuse_convolutions(child, mirrored)
        before = now


class Mirrored(nn.Module):
    """A network of mirrored kernels between two mirrors: the same, without TensorFlow's lopsided paddings.

    At stride 2 those pad an even side on its far end alone, which no operator takes, so the whole map is copied into a
    larger one before each such convolution: an eighth of Lite0's time. Mirrored, the odd row is on the near end, and
    plain symmetric padding does the same: its own row on the far end is never reached.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, C, H, W) of (B, 3, S, S)."""
        image = pixels.flip(2, 3).contiguous(memory_format=torch.channels_last)
        return self.network(image).flip(2, 3)  # type: ignore[no-any-return]


class FusedConvolution(nn.Module):
    """A convolution with its activation in one pass, by oneDNN, its weights packed once."""

    def __init__(self, convolution: nn.Conv2d, mirrored: bool) -> None:
        super().__init__()
        weight = convolution.weight.flip(2, 3) if mirrored else convolution.weight
        self.weight = nn.Parameter(weight.detach().contiguous(memory_format=torch.channels_last), requires_grad=False)
        self.bias = convolution.bias
        self._padding = [int(given) for given in convolution.padding]
        if isinstance(convolution, Conv2dSame):
            spans = zip(convolution.kernel_size, convolution.dilation, strict=True)
            self._padding = [(kernel - 1) * dilation // 2 for kernel, dilation in spans]
        self._stride, self._dilation = list(convolution.stride), list(convolution.dilation)
        self._groups = convolution.groups
        self.clamp_at: float | None = None
        """What values above 0 are cut at; None without an activation."""
        self._packed: Tensor | None = None

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C', H', W') of (B, C, H, W)."""
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
