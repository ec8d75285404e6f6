"""Classes in an order in which like stands beside like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import FloatArray


def by_similarity(vectors: FloatArray) -> NDArray[np.intp]:
    """(M,) rows of the (M, K) vectors, those of like direction beside one another.

    Spectral seriation (Atkins, Boman and Hendrickson, 1998): the order of the second eigenvector of the Laplacian of
    the cosines, which places similar rows close together on a line. Of the two directions, the one that keeps the first
    row in the first half.
    """
    count = len(vectors)
    if count < 3:
        return np.arange(count)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, lengths, out=np.zeros_like(vectors, dtype=np.float64), where=lengths > 0)
    likeness = np.clip(unit @ unit.T, 0.0, None)
    np.fill_diagonal(likeness, 0.0)
    laplacian = np.diag(likeness.sum(axis=1)) - likeness
    order = np.argsort(np.linalg.eigh(laplacian)[1][:, 1], kind="stable")
    return order if int(np.flatnonzero(order == 0)[0]) < count / 2 else order[::-1].copy()
