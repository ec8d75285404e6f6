"""Rows of a feature store as batches on a device, and running a network over them."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from msdn_core.vision.features import FeatureStore

Rows = NDArray[np.int64]
Values = NDArray[np.float32]
Outcome = TypeVar("Outcome")

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
"""The dtype of the network's product, by the setting ``precision``."""
_RESIDENT_SHARE = 0.6
"""The share of a GPU's free memory that features may take."""
_COPY_ROWS = 256


class FeatureBatches:
    """Rows of a store as batches on a device: kept on a GPU if they fit, otherwise read from disk."""

    def __init__(
        self, store: FeatureStore, device: torch.device, rows: Rows, *, dtype: torch.dtype = torch.float32
    ) -> None:
        """Prepare batches of ``rows``, in ``dtype``, which is also the dtype of the network's product."""
        self._store = store
        self.device = device
        self._dtype = dtype
        self._resident: torch.Tensor | None = None
        self._resident_index: dict[int, int] = {}
        self._buffer = torch.empty(0, dtype=dtype, device=device)
        if device.type == "cuda":
            self._load_resident(np.unique(rows))

    def _load_resident(self, rows: Rows) -> None:
        """Copy rows to the GPU if they fit."""
        shape = self._store.array.shape[1:]
        free, _ = torch.cuda.mem_get_info(self.device)
        if rows.size * int(np.prod(shape)) * 2 >= _RESIDENT_SHARE * free:
            return
        self._resident = torch.empty((len(rows), *shape), dtype=torch.float16, device=self.device)
        for start in range(0, len(rows), _COPY_ROWS):
            chunk = rows[start : start + _COPY_ROWS]
            self._resident[start : start + len(chunk)] = torch.from_numpy(self._store.read(chunk))
        self._resident_index = {int(row): index for index, row in enumerate(rows)}

    def with_own_buffer(self) -> FeatureBatches:
        """Return the same rows as batches whose memory is not that of these ones, to use two batches in one step."""
        other = copy(self)
        other._buffer = torch.empty(0, dtype=self._dtype, device=self.device)
        return other

    def batch(self, rows: Rows) -> torch.Tensor:
        """Return (B, C, R) features of rows on the device.

        They are channels first in memory, so that the product copies nothing. The next batch reuses the memory.
        """
        if self._resident is not None:
            index = torch.tensor([self._resident_index[int(row)] for row in rows], device=self.device)
            return self._channels_first(self._resident[index])
        return self._channels_first(torch.from_numpy(self._store.read(rows)).to(self.device))

    def own_share(self, values: Values) -> Values:
        """Return the entries of (B, …) values of the whole batch that belong to the rows of the last batch: all."""
        return values

    def _channels_first(self, features: torch.Tensor) -> torch.Tensor:
        """Return (B, C, R) features laid out as (C, B, R) in the buffer: fresh pages cost as much as filling them."""
        batch, channels, regions = features.shape
        if self._buffer.numel() < features.numel():
            with torch.inference_mode(False):  # A buffer made under inference could not be trained on later.
                self._buffer = torch.empty(features.numel(), dtype=self._dtype, device=self.device)
        view = self._buffer[: features.numel()].view(channels, batch, regions)
        return view.copy_(features.transpose(0, 1)).transpose(0, 1)


def run_batches(
    forward: Callable[[torch.Tensor], Outcome],
    features: FeatureBatches,
    rows: Rows,
    *,
    batch_size: int,
    on_batch: Callable[[], None] = lambda: None,
) -> Iterator[tuple[slice, Outcome]]:
    """Yield, batch by batch, the slice of ``rows`` and what ``forward`` returns for its (B, C, R) features.

    ``forward`` runs in inference mode. ``on_batch`` is called before each batch and may raise to end the pass.
    """
    for start in range(0, len(rows), batch_size):
        on_batch()
        part = slice(start, min(start + batch_size, len(rows)))
        with torch.inference_mode():
            outcome = forward(features.batch(rows[part]))
        yield part, outcome
