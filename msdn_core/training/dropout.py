"""Dropout from the seed and the step only, so that a resumed run, or one on several ranks, drops the same values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANNELS, POOLED = 6, 7
"""What is dropped: channels of the features, or pooled features. The streams below are those of
``sampling`` and ``map_terms``."""


def dropout_factors(images: int, size: int, share: float, *, stream: int, seed: int, step: int) -> NDArray[np.float32]:
    """Return (images, size) factors: 0 with probability ``share``, otherwise what keeps the expected value."""
    kept = np.random.default_rng([seed, stream, step]).random((images, size), dtype=np.float32) >= share
    return kept.astype(np.float32) / np.float32(1 - share)
