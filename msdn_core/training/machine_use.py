"""The machine use of a run: processors, memory, and the GPU if it trains on one."""

from __future__ import annotations

import time

import psutil
import torch

from msdn_core.runs.events import MachineUse

_EVERY_S = 2.0


class MachineMeter:
    """Measures at most every two seconds."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._process = psutil.Process()
        self._process.cpu_percent()  # Each call measures since the previous one.
        self._processors = psutil.cpu_count() or 1
        self._measured = time.monotonic()
        self._reports_gpu = device.type == "cuda"

    def measure(self, step: int) -> MachineUse | None:
        """Return the current use; None within two seconds of the last measurement."""
        now = time.monotonic()
        if now - self._measured < _EVERY_S:
            return None
        self._measured = now
        reserved, total = None, None
        if self._device.type == "cuda":
            reserved = float(torch.cuda.memory_reserved(self._device))
            total = float(torch.cuda.mem_get_info(self._device)[1])
        return MachineUse(
            step=step,
            # Two readings close together may give more than 100 percent.
            cpu=min(self._process.cpu_percent() / self._processors, 100.0),
            memory=self._process.memory_info().rss,
            memory_total=psutil.virtual_memory().total,
            gpu=self._gpu_utilization(),
            gpu_memory=reserved,
            gpu_memory_total=total,
        )

    def _gpu_utilization(self) -> float | None:
        """Return the GPU's utilization from its driver; None if the optional library is missing."""
        if not self._reports_gpu:
            return None
        try:
            return float(torch.cuda.utilization(self._device))
        except Exception:
            # Whatever fails in the library, a figure is no reason to end a run.
            self._reports_gpu = False
            return None
