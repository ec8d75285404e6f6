"""Attribute scores, and the peaks of attention, of many images by one network."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from msdn_core.msdn.batches import FeatureBatches, Rows, run_batches

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from msdn_core.msdn.network import MSDN, Outputs

BATCH = 24
"""At CUB's shape a batch's products take 23 MB; above 32 MB, the allocator asks the system for memory every time."""


class NetworkScores(NamedTuple):
    """Attribute scores and attention peaks of N images."""

    scores_av: NDArray[np.float32]
    scores_va: NDArray[np.float32]
    """(N, K) each."""
    scores_pooled: NDArray[np.float32]
    """(N, K), of the global branch; 0 without one."""
    peaks_av: NDArray[np.int64]
    peaks_va: NDArray[np.int64]
    """(N, K) index of the region with the highest attention; (N, 0) if peaks were not requested."""


def score_rows(
    network: MSDN,
    features: FeatureBatches,
    rows: Rows,
    *,
    peaks: bool = False,
    on_batch: Callable[[], None] = lambda: None,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> NetworkScores:
    """Return the scores of N feature rows, and the peaks of the attention if ``peaks`` is set.

    ``on_batch`` is called before each batch and may raise to end the pass; ``progress`` receives the number of images
    done and N.
    """

    def forward(batch: torch.Tensor) -> Outputs:
        outputs: Outputs = network(batch, projections)
        return outputs

    with torch.inference_mode():
        projections = network.projections()
    parts: list[tuple[torch.Tensor, ...]] = []
    for part, out in run_batches(forward, features, rows, batch_size=BATCH, on_batch=on_batch):
        maxima = [
            attention.argmax(dim=2) if peaks else torch.zeros(len(attention), 0, dtype=torch.int64)
            for attention in (out.attention_av, out.attention_va)
        ]
        parts.append(tuple(value.cpu() for value in (out.scores_av, out.scores_va, out.scores_pooled, *maxima)))
        progress(part.stop, len(rows))
    if not parts:
        no_scores, no_peaks = (np.zeros((0, network.V.shape[0]), kind) for kind in (np.float32, np.int64))
        return NetworkScores(no_scores, no_scores, no_scores, no_peaks, no_peaks)
    return NetworkScores(*(torch.cat(values).numpy() for values in zip(*parts, strict=True)))
