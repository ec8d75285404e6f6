"""A whole collection's class scores, kept up to date while class semantic vectors are edited: what-if in a few ms.

Letters: N images, M classes, K attributes. A class's scores are linear in its vector, so an edited cell is a rank-one
update of them and a new class one product. The other classes' scores stay as they are: in each image they move by a
place at most, past the one class that moved.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray, FloatArray
from msdn_core.domain.scoring import Floats

_SPARE = 16
_BLOCK = 10
"""Classes whose scores of all images stay in a processor's cache while they are compared three times."""


class RankedCollection:
    """Which class each image is taken for, and where every class stands in every image's ranking.

    ::

        ranked = RankedCollection(attribute_scores, table.vectors, table.seen, gamma=2.0)
        moved = ranked.edit(row=17, column=4, value=80.0)      # images that are now taken for another class
        ranked.winners[moved]
    """

    winners: NDArray[np.int64]
    """(N,) the class with the highest score; the first of them where several share it."""

    def __init__(
        self,
        attribute_scores: Floats,
        vectors: FloatArray,
        seen: BoolArray,
        *,
        gamma: float,
        clip_negative: bool = False,
    ) -> None:
        """``attribute_scores`` (N, K) are fused, ``vectors`` (M, K) in their own units, at least one of them.

        ``gamma`` is taken off the seen classes' scores (calibrated stacking); ``clip_negative`` counts negative values
        as 0, as the AWA2 recipe does (reference, section 4).
        """
        self._gamma, self._clip = gamma, clip_negative
        self._vectors = self._clipped(np.array(vectors, dtype=np.float64))
        self._seen = np.array(seen, dtype=np.bool_)
        # Attribute by attribute and class by class in memory, as edits run through them.
        self._attributes = np.ascontiguousarray(np.transpose(attribute_scores), dtype=np.float32)
        # Before calibration and before division by the vector's length: what is linear in a cell's value.
        self._products = self._vectors @ self._attributes
        self._scores = np.empty(self._products.shape, np.float32)
        self._places = np.empty(self._products.shape, np.int16)
        self._make_room()
        for row in range(len(self._vectors)):
            self._scores[row] = self._calibrated(row)
        for row, places in enumerate(self._places[: len(self._vectors)]):
            places[:] = (self._scores[: len(self._vectors)] > self._scores[row]).sum(axis=0)
        self.winners = self.scores.argmax(axis=1)

    @property
    def scores(self) -> NDArray[np.float32]:
        """(N, M) calibrated class scores, a view."""
        return self._scores[: len(self._vectors)].T

    @property
    def places(self) -> NDArray[np.int16]:
        """(N, M) how many classes score higher in that image, a view: 0 stands first; equal scores share a place."""
        return self._places[: len(self._vectors)].T

    def edit(self, row: int, column: int, value: float) -> NDArray[np.int64]:
        """Sets one cell of the class vectors, and gives the images that are now taken for another class."""
        clipped = float(self._clipped(np.array(value, dtype=np.float64)))
        self._products[row] += (clipped - self._vectors[row, column]) * self._attributes[column]
        self._vectors[row, column] = clipped
        return self._move(row)

    def add(self, vector: FloatArray, *, seen: bool = False) -> NDArray[np.int64]:
        """Adds a class at the end by its vector (K,), and gives the images that are now taken for it."""
        row = len(self._vectors)
        self._vectors = np.vstack([self._vectors, self._clipped(np.array(vector, dtype=np.float64))])
        self._seen = np.append(self._seen, seen)
        if row == len(self._scores):
            self._make_room()
        # No matrix library's threads for two milliseconds of work: on a busy machine they wait for one another.
        self._products[row] = np.einsum("k,kn->n", self._vectors[row].astype(np.float32), self._attributes)
        # Below all others at first: it moves up from there as an edited class does.
        self._scores[row] = -np.inf
        return self._move(row)

    def _make_room(self) -> None:
        """Arrays of a class a row, with spare rows at their end."""
        shape = (len(self._vectors) + _SPARE, self._attributes.shape[1])
        self._products, self._scores, self._places = (
            np.concatenate([rows, np.empty((shape[0] - len(rows), shape[1]), rows.dtype)])
            for rows in (self._products, self._scores, self._places)
        )
        # Kept from edit to edit: fresh memory would cost more than what is written into it.
        self._rose, self._fell = (np.empty((_BLOCK, shape[1]), np.bool_) for _ in range(2))

    def _clipped(self, values: FloatArray) -> FloatArray:
        return np.maximum(values, 0.0) if self._clip else values

    def _calibrated(self, row: int) -> NDArray[np.float32]:
        length = float(np.linalg.norm(self._vectors[row])) or 1.0
        return np.asarray(self._products[row] / length - self._gamma * self._seen[row], dtype=np.float32)

    def _move(self, row: int) -> NDArray[np.int64]:
        """Puts a class's new scores in, counts places anew, and finds the images whose winner changed."""
        count = len(self._vectors)
        scores, places = self._scores[:count], self._places[:count]
        before, now = scores[row].copy(), self._calibrated(row)
        scores[row] = now
        higher = np.zeros(now.size, dtype=np.int16)
        for start in range(0, count, _BLOCK):
            block = scores[start : start + _BLOCK]
            here = len(block)
            # A class stands a place lower where this one has risen above it, and a place higher where it fell below.
            rose = np.greater(now, block, out=self._rose[:here]).view(np.int8)
            rose -= np.greater(before, block, out=self._fell[:here]).view(np.int8)
            places[start : start + here] += rose
            higher += np.greater(block, now, out=self._rose[:here]).sum(axis=0, dtype=np.int16)
        places[row] = higher
        # Where another class stood first, this one alone can have overtaken it, or drawn level with it.
        beaten = places[self.winners, np.arange(now.size)] > 0
        takes = np.flatnonzero((places[row] == 0) & (self.winners != row) & (beaten | (row < self.winners)))
        # Where it stood first and fell, any other may have taken its place.
        fell = np.flatnonzero((self.winners == row) & (now < before))
        instead = scores[:, fell].argmax(axis=0)
        self.winners[takes], self.winners[fell] = row, instead
        return np.sort(np.concatenate([takes, fell[instead != row]]))
