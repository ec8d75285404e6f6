"""Which images of a collection are like one of them, by what the network says of their attributes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.scoring import Floats
from msdn_core.domain.suggestions import strengths

_AT_ONCE = 4096


def image_similarity(scores: Floats, row: int) -> NDArray[np.float32]:
    """(N,) how like each image is to the one in ``row``: −1 to 1, which the image itself has.

    The cosine of attribute strengths, after the collection's mean strength was taken off each attribute: what all
    images share makes no two of them alike. ``scores`` are (N, K) fused attribute scores.
    """
    mean = np.zeros(scores.shape[1])
    for start in range(0, len(scores), _AT_ONCE):
        mean += strengths(scores[start : start + _AT_ONCE]).sum(axis=0)
    mean /= max(len(scores), 1)
    own = _unit(strengths(scores[row : row + 1]) - mean)[0]
    found = np.empty(len(scores), dtype=np.float32)
    for start in range(0, len(scores), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        found[part] = _unit(strengths(scores[part]) - mean) @ own
    return found


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0))
