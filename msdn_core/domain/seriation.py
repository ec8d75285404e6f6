"""An order of classes in which similar ones are next to one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import FloatArray


def by_similarity(vectors: FloatArray) -> NDArray[np.intp]:
    """Return the (M,) rows of (M, K) vectors ordered so that similar directions are next to one another.

    This is spectral seriation (Atkins, Boman and Hendrickson, 1998): the order of the second eigenvector of the
    Laplacian of the cosines, in the direction that keeps the first row in the first half.
    """
    count = len(vectors)
    if count < 3:
        return np.arange(count)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, lengths, out=np.zeros_like(vectors, dtype=np.float64), where=lengths > 0)
    similarity = np.clip(unit @ unit.T, 0.0, None)
    np.fill_diagonal(similarity, 0.0)
    laplacian = np.diag(similarity.sum(axis=1)) - similarity
    order = np.argsort(np.linalg.eigh(laplacian)[1][:, 1], kind="stable")
    return order if int(np.flatnonzero(order == 0)[0]) < count / 2 else order[::-1].copy()
