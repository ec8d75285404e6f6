"""Feature rows of a store as batches on a device."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from msdn_core.vision.features import FeatureStore

Rows = NDArray[np.int64]

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
"""What the network's product is made in, by the setting ``precision``."""


class FeatureBatches:
    """Rows of a store as batches on a device; resident on a GPU where they fit, otherwise read as needed."""

    def __init__(
        self, store: FeatureStore, device: torch.device, rows: Rows, *, dtype: torch.dtype = torch.float32
    ) -> None:
        """``rows`` are all that will be asked for; ``dtype`` is what batches come in, and so the network's product."""
        self._store = store
        self._device = device
        self._dtype = dtype
        self._resident: torch.Tensor | None = None
        self._place: dict[int, int] = {}
        self._laid = torch.empty(0, dtype=dtype, device=device)
        if device.type == "cuda":
            unique = np.unique(rows)
            free, _ = torch.cuda.mem_get_info(device)
            if unique.size * int(np.prod(store.array.shape[1:])) * 2 < 0.6 * free:
                self._resident = torch.empty((len(unique), *store.array.shape[1:]), dtype=torch.float16, device=device)
                for start in range(0, len(unique), 256):
                    chunk = unique[start : start + 256]
                    self._resident[start : start + len(chunk)] = torch.from_numpy(store.read(chunk))
                self._place = {int(row): place for place, row in enumerate(unique)}

    def batch(self, rows: Rows) -> torch.Tensor:
        """(B, C, R) on the device, laid channels first in memory: then the network's product copies nothing.

        It stands in memory that the next batch takes over.
        """
        if self._resident is not None:
            places = torch.tensor([self._place[int(row)] for row in rows], device=self._device)
            return self._channels_first(self._resident[places])
        return self._channels_first(torch.from_numpy(self._store.read(rows)).to(self._device))

    def _channels_first(self, features: torch.Tensor) -> torch.Tensor:
        """(B, C, R), laid out as (C, B, R) where the batch before lay: fresh pages cost as much as what fills them."""
        batch, channels, regions = features.shape
        if self._laid.numel() < features.numel():
            with torch.inference_mode(False):  # What was made under inference could not be trained on later.
                self._laid = torch.empty(features.numel(), dtype=self._dtype, device=self._device)
        laid = self._laid[: features.numel()].view(channels, batch, regions)
        return laid.copy_(features.transpose(0, 1)).transpose(0, 1)
