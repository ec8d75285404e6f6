"""What a result rests on besides its settings: which images, which versions, which machine."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib import metadata
from typing import Any

import torch

from msdn_core import __version__
from msdn_core.domain.fingerprints import known_split, split_fingerprints
from msdn_core.project import ImageRecord


def splits(images: Sequence[ImageRecord]) -> dict[str, Any]:
    """Fingerprints of a project's splits, and the published split that they are, where they are one."""
    found = split_fingerprints({image.name: image.split for image in images})
    return {**{str(split): fingerprint for split, fingerprint in found.items()}, "known_as": known_split(found)}


def versions() -> dict[str, str]:
    """Of this program, Python, and the libraries that numbers depend on."""
    return {
        "msdn_explorer": __version__,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in ("torch", "numpy", "timm")},
    }


def machine(device: torch.device) -> dict[str, Any]:
    """The device by its name, the processor threads, and the system."""
    named = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    return {"device": str(device), "name": named, "threads": torch.get_num_threads(), "system": platform.system()}
