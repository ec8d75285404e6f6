"""Similarity of images by their attribute scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.suggestions import strengths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.scoring import Floats

_AT_ONCE = 4096


def image_similarity(scores: Floats, row: int) -> NDArray[np.float32]:
    """Return the (N,) similarity of each image to one of them, from −1 to 1; that image itself has 1.

    It is the cosine of attribute strengths minus the collection's mean strengths, so that what all images have in
    common does not count.

    Parameters
    ----------
    scores
        (N, K) fused attribute scores.
    row
        The image to compare with.
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
