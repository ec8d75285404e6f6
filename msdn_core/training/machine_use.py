"""How much of its machine a run takes: processors, memory, and the GPU where it trains on one."""

from __future__ import annotations

import time

import psutil
import torch

from msdn_core.runs.events import MachineUse

_EVERY_S = 2.0


class MachineMeter:
    """Asked after each report; measures every two seconds."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._process = psutil.Process()
        self._process.cpu_percent()  # What is measured is what was taken since the call before.
        self._processors = psutil.cpu_count() or 1
        self._measured = time.monotonic()
        self._says_busy = device.type == "cuda"

    def measure(self, step: int) -> MachineUse | None:
        """What is taken now; None where that was said a moment ago."""
        now = time.monotonic()
        if now - self._measured < _EVERY_S:
            return None
        self._measured = now
        held, total = None, None
        if self._device.type == "cuda":
            held = float(torch.cuda.memory_reserved(self._device))
            total = float(torch.cuda.mem_get_info(self._device)[1])
        return MachineUse(
            step=step,
            # Two readings of the system's clocks that lie close together may give more than there is.
            cpu=min(self._process.cpu_percent() / self._processors, 100.0),
            memory=self._process.memory_info().rss,
            memory_total=psutil.virtual_memory().total,
            gpu=self._busy(),
            gpu_memory=held,
            gpu_memory_total=total,
        )

    def _busy(self) -> float | None:
        """Asked of the driver, by a library that need not be there."""
        if not self._says_busy:
            return None
        try:
            return float(torch.cuda.utilization(self._device))
        except Exception:
            # The library is not there, or fails in a way of its own: a figure is no reason to end a run.
            self._says_busy = False
            return None
