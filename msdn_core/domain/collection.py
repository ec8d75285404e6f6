"""Class scores of a whole collection, updated within milliseconds while class semantic vectors are edited.

Letters: N images, M classes, K attributes. The scores of a class are linear in its vector, so an edited cell is a
rank-one update and a new class is one product. The scores of the other classes do not change: in the ranking of each
image they move by at most one place, past the edited class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray, FloatArray
    from msdn_core.domain.scoring import Floats

_SPARE = 16
_BLOCK = 10
"""Number of classes whose scores of all images stay in the processor's cache for three comparisons."""


class RankedCollection:
    """The predicted class of each image, and the place of every class in every image's ranking.

    Parameters
    ----------
    attribute_scores
        (N, K) fused attribute scores.
    vectors
        (M, K) class vectors in the units of the data set; at least one.
    seen
        (M,) whether each class is seen.
    gamma
        Subtracted from the scores of seen classes (calibrated stacking).
    clip_negative
        Whether negative values count as 0, as in the AWA2 recipe (reference, section 4).

    Examples
    --------
    ::

        ranked = RankedCollection(attribute_scores, table.vectors, table.seen, gamma=2.0)
        changed = ranked.edit(row=17, column=4, value=80.0)    # images whose prediction changed
        ranked.winners[changed]
    """

    winners: NDArray[np.int64]
    """(N,) the class with the highest score; the first of several with the same score."""

    def __init__(
        self,
        attribute_scores: Floats,
        vectors: FloatArray,
        seen: BoolArray,
        *,
        gamma: float,
        clip_negative: bool = False,
    ) -> None:
        self._gamma, self._clip = gamma, clip_negative
        self._vectors = self._clipped(np.array(vectors, dtype=np.float64))
        self._seen = np.array(seen, dtype=np.bool_)
        # Attributes and classes are contiguous in memory, since edits go through them.
        self._attributes = np.ascontiguousarray(np.transpose(attribute_scores), dtype=np.float32)
        # Before calibration and division by the vector's length: this is linear in the value of a cell.
        self._products = self._vectors @ self._attributes
        self._scores = np.empty(self._products.shape, np.float32)
        self._places = np.empty(self._products.shape, np.int16)
        self._allocate()
        for row in range(len(self._vectors)):
            self._scores[row] = self._calibrated(row)
        for row, places in enumerate(self._places[: len(self._vectors)]):
            places[:] = (self._scores[: len(self._vectors)] > self._scores[row]).sum(axis=0)
        self.winners = self.scores.argmax(axis=1)

    @property
    def scores(self) -> NDArray[np.float32]:
        """(N, M) calibrated class scores; a view."""
        return self._scores[: len(self._vectors)].T

    @property
    def places(self) -> NDArray[np.int16]:
        """(N, M) how many classes score higher in the image: 0 is the first place, and ties share a place; a view."""
        return self._places[: len(self._vectors)].T

    def edit(self, row: int, column: int, value: float) -> NDArray[np.int64]:
        """Set one cell of the class vectors, and return the images whose predicted class changed."""
        clipped = float(self._clipped(np.array(value, dtype=np.float64)))
        self._products[row] += (clipped - self._vectors[row, column]) * self._attributes[column]
        self._vectors[row, column] = clipped
        return self._update(row)

    def add(self, vector: FloatArray, *, seen: bool = False) -> NDArray[np.int64]:
        """Add a class with a (K,) vector at the end, and return the images that are now predicted as it."""
        row = len(self._vectors)
        self._vectors = np.vstack([self._vectors, self._clipped(np.array(vector, dtype=np.float64))])
        self._seen = np.append(self._seen, seen)
        if row == len(self._scores):
            self._allocate()
        # Not a matrix product: on a busy machine the threads of its library wait for one another.
        self._products[row] = np.einsum("k,kn->n", self._vectors[row].astype(np.float32), self._attributes)
        # It starts below all others, and moves up from there as an edited class does.
        self._scores[row] = -np.inf
        return self._update(row)

    def _allocate(self) -> None:
        """Extend the arrays, which have one row per class, by spare rows."""
        shape = (len(self._vectors) + _SPARE, self._attributes.shape[1])
        self._products, self._scores, self._places = (
            np.concatenate([rows, np.empty((shape[0] - len(rows), shape[1]), rows.dtype)])
            for rows in (self._products, self._scores, self._places)
        )
        # Reused by all edits: allocating memory takes longer than filling it.
        self._rose, self._fell = (np.empty((_BLOCK, shape[1]), np.bool_) for _ in range(2))

    def _clipped(self, values: FloatArray) -> FloatArray:
        return np.maximum(values, 0.0) if self._clip else values

    def _calibrated(self, row: int) -> NDArray[np.float32]:
        length = float(np.linalg.norm(self._vectors[row])) or 1.0
        return np.asarray(self._products[row] / length - self._gamma * self._seen[row], dtype=np.float32)

    def _update(self, row: int) -> NDArray[np.int64]:
        """Update scores and places after a class changed, and return the images whose winner changed."""
        count = len(self._vectors)
        scores, places = self._scores[:count], self._places[:count]
        before, now = scores[row].copy(), self._calibrated(row)
        scores[row] = now
        higher = np.zeros(now.size, dtype=np.int16)
        for start in range(0, count, _BLOCK):
            block = scores[start : start + _BLOCK]
            size = len(block)
            # A class moves down a place where this one rose above it, and up a place where this one fell below it.
            rose = np.greater(now, block, out=self._rose[:size]).view(np.int8)
            rose -= np.greater(before, block, out=self._fell[:size]).view(np.int8)
            places[start : start + size] += rose
            higher += np.greater(block, now, out=self._rose[:size]).sum(axis=0, dtype=np.int16)
        places[row] = higher
        # Where another class was first, only this one can have overtaken it, or tied with it.
        overtaken = places[self.winners, np.arange(now.size)] > 0
        won = np.flatnonzero((places[row] == 0) & (self.winners != row) & (overtaken | (row < self.winners)))
        # Where this one was first and fell, any other may be first now.
        fell = np.flatnonzero((self.winners == row) & (now < before))
        successors = scores[:, fell].argmax(axis=0)
        self.winners[won], self.winners[fell] = row, successors
        return np.sort(np.concatenate([won, fell[successors != row]]))
