"""How close classes lie to one another: the cosine between class semantic vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import FloatArray

SAME_DIRECTION = 1.0 - 1e-9
"""From this cosine on two vectors point the same way, so that no image can tell their classes apart."""


def nearest_classes(unit_vectors: FloatArray, row: int, count: int) -> tuple[NDArray[np.intp], FloatArray]:
    """The (count,) rows that lie nearest to a row of (M, K) unit vectors, the nearest first, and their cosines.

    The row itself is left out; so fewer than ``count`` come where there are fewer. A zero vector has the cosine 0
    with all.
    """
    # Without a matrix product: its library's threads wait for one another where training takes all cores.
    cosines = np.einsum("mk,k->m", unit_vectors, unit_vectors[row])
    cosines[row] = -np.inf
    order = np.argsort(-cosines, kind="stable")[: min(count, len(cosines) - 1)]
    return order, cosines[order]
