"""Similarity of classes: the cosine between class semantic vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import FloatArray

SAME_DIRECTION = 1.0 - 1e-9
"""From this cosine on, two vectors have the same direction, and the network cannot tell their classes apart."""


def nearest_classes(vectors: FloatArray, row: int, count: int) -> tuple[NDArray[np.intp], FloatArray]:
    """Return the rows nearest to a row, the nearest first, and their cosines.

    Parameters
    ----------
    vectors
        (M, K) vectors of any length; a zero vector has the cosine 0 with all others.
    row
        The row, which is left out of the result.
    count
        The most rows to return.
    """
    lengths = np.sqrt(np.einsum("mk,mk->m", vectors, vectors))
    scale = lengths * lengths[row]
    # Not a matrix product: the threads of its library wait for one another when training uses all cores.
    cosines = np.einsum("mk,k->m", vectors, vectors[row]) / np.where(scale > 0, scale, 1.0)
    cosines[row] = -np.inf
    order = np.argsort(-cosines, kind="stable")[: min(count, len(cosines) - 1)]
    return order, cosines[order]
