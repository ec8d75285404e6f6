"""Similarity of classes: the cosine between class semantic vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import FloatArray

SAME_DIRECTION = 1.0 - 1e-9
"""From this cosine on, two vectors have the same direction, and no image can tell their classes apart."""


def nearest_classes(unit_vectors: FloatArray, row: int, count: int) -> tuple[NDArray[np.intp], FloatArray]:
    """Return the rows nearest to a row, the nearest first, and their cosines.

    Parameters
    ----------
    unit_vectors
        (M, K) vectors of length 1, or zero: these have the cosine 0 with all others.
    row
        The row, which is left out of the result.
    count
        The most rows to return.
    """
    # Not a matrix product: the threads of its library wait for one another when training uses all cores.
    cosines = np.einsum("mk,k->m", unit_vectors, unit_vectors[row])
    cosines[row] = -np.inf
    order = np.argsort(-cosines, kind="stable")[: min(count, len(cosines) - 1)]
    return order, cosines[order]
