"""Which device the work runs on."""

from __future__ import annotations

import os

import torch

from msdn_core.errors import ConfigError


def choose_device(name: str = "auto") -> torch.device:
    """``auto`` takes CUDA, then MPS, then the CPU; the environment's ``MSDN_DEVICE`` overrides ``auto``.

    Raises ConfigError where a device is asked for by name and is not there.
    """
    wanted = (os.environ.get("MSDN_DEVICE", "") or "auto") if name == "auto" else name
    if wanted == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError as fault:
        raise ConfigError(f"There is no device “{wanted}”; choose auto, cpu, cuda or mps.") from fault
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(device.type, False):
        raise ConfigError(f"Device “{wanted}” is not available on this machine; choose auto or cpu.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ConfigError(f"Device “{wanted}” is not there: this machine has {torch.cuda.device_count()} GPU(s).")
    return device
