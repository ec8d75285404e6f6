"""Loading frozen backbones: any timm or torchvision model with a feature map, by name."""

from __future__ import annotations

import copy
import math
import socket
import threading
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import torch
from torch import Tensor, nn

from msdn_core.backbones.devices import choose_device
from msdn_core.backbones.folding import fold_layers
from msdn_core.backbones.weights import load_by_name, load_by_order, packaged_weights, weights_sha256
from msdn_core.backbones.weights_files import read_weights
from msdn_core.errors import ConfigError, WeightsError
from msdn_core.vision.transform import IMAGENET_MEAN, IMAGENET_STD, PRECISIONS, BackboneSpec, Triple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEFAULT_BACKBONE = "lite0"
LITE_SIZES = {"lite0": 224, "lite2": 260}
"""The backbones whose weights come with the program, and the side of their input in pixels."""
_LITE_MEAN: Triple = (127 / 255, 127 / 255, 127 / 255)
_LITE_STD: Triple = (128 / 255, 128 / 255, 128 / 255)


class FeatureMap(nn.Module):
    """A network without its classifier: (B, 3, S, S) in, (B, C, H, W) out."""

    def __init__(
        self, network: nn.Module, forward: Callable[[nn.Module, Tensor], Tensor], channels: int | None
    ) -> None:
        super().__init__()
        self.network = network
        self._forward = forward
        self._channels = channels

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the network's output as (B, C, H, W), whatever its layout."""
        value = self._forward(self.network, pixels)
        if not torch.is_tensor(value) or value.ndim not in (3, 4):
            raise WeightsError("This model has no feature map; choose a convolutional network or a vision transformer.")
        if value.ndim == 3:
            prefix = int(getattr(self.network, "num_prefix_tokens", 0))
            tokens = value[:, prefix:]
            side = math.isqrt(tokens.shape[1])
            if side * side != tokens.shape[1]:
                raise WeightsError(
                    "The tokens of this model do not form a square grid; choose another backbone or size."
                )
            return tokens.transpose(1, 2).reshape(len(value), -1, side, side)
        if self._channels is not None and value.shape[1] != self._channels == value.shape[3]:
            return value.permute(0, 3, 1, 2)
        return value


class Backbone:
    """A frozen network with its weights, ready to extract features."""

    def __init__(self, feature_map: nn.Module, spec: BackboneSpec, device: torch.device, note: str = "") -> None:
        self.spec = spec
        self.device = device
        self.note = note
        """A sentence about the device, if it is not the one that was asked for."""
        self._network = feature_map
        # Networks on the CPU and on CUDA run in several threads at once; on Apple's MPS, that crashes torch.
        self._turn = nullcontext() if device.type in ("cpu", "cuda") else threading.Lock()

    def features(self, pixels: Tensor) -> Tensor:
        """Return (B, C, R) float32 features, each region of length 1 over C, of prepared (B, 3, S, S) pixels."""
        with self._turn, torch.inference_mode():
            batch = pixels.to(self.device, getattr(torch, self.spec.precision)).contiguous(
                memory_format=torch.channels_last
            )
            value = self._network(batch).flatten(2).float()
            return nn.functional.normalize(value, dim=1)


def load_backbone(
    name: str = DEFAULT_BACKBONE,
    *,
    size: int | None = None,
    weights: Path | None = None,
    device: torch.device | str | None = None,
    precision: str = "float32",
) -> Backbone:
    """Return a backbone by name with ImageNet weights.

    Parameters
    ----------
    name
        ``lite0``, ``lite2``, ``resnet101``, or any timm or torchvision model.
    size
        The side length of its input in pixels; by default the model's own, or 448 for ``resnet101`` as in the paper.
    weights
        A local weights file; by default the weights come from a package or a library's download.
    device
        The device; by default ``choose_device()``.
    precision
        ``float32`` or ``bfloat16``, which takes a fraction of the time if the processor or the GPU supports it.

    Raises
    ------
    ConfigError
        If a name or value is unknown or not possible on this machine.
    WeightsError
        If the weights cannot be loaded, or the model cannot be used.
    """
    target = choose_device() if device is None else torch.device(device)
    if precision not in PRECISIONS:
        raise ConfigError(f"Unknown precision “{precision}”; choose {' or '.join(PRECISIONS)}.")
    if precision == "bfloat16" and not _has_bfloat16(target):
        raise ConfigError(f"Device “{target}” of this machine does not support bfloat16; choose float32.")
    if size is not None and not 32 <= size <= 2048:
        raise ConfigError(f"The image size cannot be {size} pixels; choose a size from 32 to 2048.")
    short = name.removeprefix("tf_efficientnet_")
    name = short if short in LITE_SIZES else name
    if name in LITE_SIZES:
        built = _lite(name, weights)
    elif name.startswith(("torchvision/", "resnet")):
        built = _torchvision(name.removeprefix("torchvision/"), weights)
    else:
        built = _timm(name.removeprefix("timm/"), size, weights)
    network, default_size, mean, std, source = built
    side = size or default_size
    network.eval().requires_grad_(False)
    sha256 = weights_sha256(network)
    example = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.inference_mode():
        try:
            shape = network(example).shape
        except (RuntimeError, AssertionError, ValueError) as fault:
            raise WeightsError(
                f"Backbone {name} does not accept images of {side} pixels ({str(fault).splitlines()[0]}); choose "
                "another --size."
            ) from fault
    spec = BackboneSpec(
        name=name,
        size=side,
        mean=mean,
        std=std,
        weights=source,
        weights_sha256=sha256,
        channels=int(shape[1]),
        grid=(int(shape[2]), int(shape[3])),
        weights_file="" if weights is None else str(Path(weights).absolute()),
        precision=precision,
    )
    note = ""
    if target.type not in ("cpu", "cuda"):
        try:
            copied = fold_layers(copy.deepcopy(network), example, on_cpu=False)
            on_target = Backbone(copied.to(target, getattr(torch, precision)), spec, target)
            on_target.features(example).cpu()
            return on_target
        except (RuntimeError, NotImplementedError, TypeError) as fault:
            reason = (str(fault).splitlines() or [type(fault).__name__])[0]
            note = f"Device “{target}” cannot run the backbone {name} ({reason[:160]}), so the processor is used."
            target = torch.device("cpu")
    fast_network = fold_layers(network, example, on_cpu=target.type == "cpu")
    return Backbone(fast_network.to(target, getattr(torch, precision)), spec, target, note)


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu" and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


Built = tuple[FeatureMap, int, Triple, Triple, str]


def _forward_features(network: Any, pixels: Tensor) -> Tensor:
    return network.forward_features(pixels)  # type: ignore[no-any-return]


def _call(network: nn.Module, pixels: Tensor) -> Tensor:
    return network(pixels)  # type: ignore[no-any-return]


def _lite(name: str, weights: Path | None) -> Built:
    import timm

    network = timm.create_model(f"tf_efficientnet_{name}", pretrained=False, num_classes=0)
    if weights is None:
        packaged, package = packaged_weights(name)
        load_by_order(network, packaged, f"The package {package}")
        source = f"ImageNet, package {package}"
    else:
        load_by_name(network, read_weights(weights), str(weights))
        source = f"file {weights.name}"
    feature_map = FeatureMap(network, _forward_features, network.num_features)
    return feature_map, LITE_SIZES[name], _LITE_MEAN, _LITE_STD, source


def _torchvision(name: str, weights: Path | None) -> Built:
    from torchvision import models

    if name not in models.list_models(module=models):
        raise ConfigError(f"Unknown backbone “{name}”; choose a timm or torchvision model, lite0, lite2 or resnet101.")
    if weights is None:
        choice = models.get_model_weights(name)
        chosen = next((w for w in choice if w.name == "IMAGENET1K_V1"), choice.DEFAULT)
        full = _download(lambda: models.get_model(name, weights=chosen), name)
        source = f"torchvision {chosen.name}"
    else:
        full = models.get_model(name, weights=None)
        load_by_name(full, read_weights(weights), str(weights))
        source = f"file {weights.name}"
    features = getattr(full, "features", None)
    if isinstance(features, nn.Module):
        network: nn.Module = features
    elif hasattr(full, "layer4"):
        network = nn.Sequential(*list(full.children())[:-2])
    else:
        raise ConfigError(
            f"Backbone {name} of torchvision has no feature map; choose another one, or its timm counterpart."
        )
    return FeatureMap(network, _call, None), 448 if name == "resnet101" else 224, IMAGENET_MEAN, IMAGENET_STD, source


def _timm(name: str, size: int | None, weights: Path | None) -> Built:
    import timm

    if not timm.is_model(name.partition(".")[0]):
        similar = timm.list_models(f"*{name}*")[:3]
        hint = f" like {', '.join(similar)}" if similar else ""
        raise ConfigError(f"Unknown backbone “{name}”; choose a timm or torchvision model{hint}, lite0 or lite2.")

    def create(**options: Any) -> Any:
        return timm.create_model(name, pretrained=weights is None, num_classes=0, **options)

    def build() -> Any:
        if size is not None:
            try:
                return create(img_size=size)
            except TypeError:
                pass  # Only models with a fixed grid of tokens need the size.
        return create()

    if weights is None:
        with _offline_if_unreachable():
            network = _download(build, name)
        source = f"timm {network.pretrained_cfg.get('tag') or 'default'}"
    else:
        network = build()
        load_by_name(network, read_weights(weights), str(weights))
        source = f"file {weights.name}"
    config = network.pretrained_cfg
    mean, std = (tuple(float(v) for v in config[key]) for key in ("mean", "std"))
    default_size = int(config["input_size"][-1])
    return FeatureMap(network, _forward_features, network.num_features), default_size, mean, std, source  # type: ignore[return-value]


@contextmanager
def _offline_if_unreachable() -> Iterator[None]:
    """Use only cached files if the hub is unreachable: its client would retry for most of a minute."""
    from huggingface_hub import constants

    try:
        socket.getaddrinfo(urlsplit(constants.ENDPOINT).hostname, 443)
        reachable = True
    except OSError:
        reachable = False
    previous = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = previous or not reachable
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = previous


def _download(build: Callable[[], Any], name: str) -> Any:
    """Return what ``build`` returns; raise WeightsError for any error: libraries raise many kinds when offline."""
    try:
        return build()
    except Exception as fault:
        reason = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
        raise WeightsError(
            f"The weights of {name} could not be downloaded ({reason[:160]}); connect to the internet, "
            "or give a local file with --weights."
        ) from fault
