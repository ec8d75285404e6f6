"""What a result depends on besides its settings: which images, which versions, which machine."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import TYPE_CHECKING, Any

import torch

from msdn_core.domain.fingerprints import known_split, split_fingerprints
from msdn_core.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.project import ImageRecord


def splits(images: Sequence[ImageRecord]) -> dict[str, Any]:
    """Return the fingerprints of a project's splits, and the name of the published split if they match one."""
    found = split_fingerprints({image.name: image.split for image in images})
    return {**{str(split): fingerprint for split, fingerprint in found.items()}, "known_as": known_split(found)}


def versions() -> dict[str, str]:
    """Return the versions of this program, of Python, and of the libraries that the numbers depend on."""
    return {
        "msdn_explorer": __version__,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in ("torch", "numpy", "timm")},
    }


def machine(device: torch.device) -> dict[str, Any]:
    """Return the device with its name, the number of processor threads, and the operating system."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    return {"device": str(device), "name": name, "threads": torch.get_num_threads(), "system": platform.system()}
