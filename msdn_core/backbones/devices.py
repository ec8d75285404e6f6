"""Choosing the device to compute on."""

from __future__ import annotations

import os

import torch

from msdn_core.errors import ConfigError


def choose_device(name: str = "auto") -> torch.device:
    """Return a device by name; ``auto`` is CUDA, or else MPS, or else the CPU.

    The environment variable ``MSDN_DEVICE`` replaces ``auto``. Raises ConfigError if the device is not available.
    """
    chosen = (os.environ.get("MSDN_DEVICE", "") or "auto") if name == "auto" else name
    if chosen == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(chosen)
    except RuntimeError as fault:
        raise ConfigError(f"Unknown device “{chosen}”; choose auto, cpu, cuda or mps.") from fault
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not available.get(device.type, False):
        raise ConfigError(f"Device “{chosen}” is not available on this machine; choose auto or cpu.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ConfigError(
            f"Device “{chosen}” does not exist: this machine has {torch.cuda.device_count()} GPU(s); choose cuda."
        )
    return device
