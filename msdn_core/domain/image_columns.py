"""What can be asked of many images, a column each: names, classes, splits, reviews, predictions, attribute scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.annotation import ReviewState, Split
from msdn_core.domain.attributes import BoolArray

Codes = NDArray[np.int32]


class TextColumn:
    """A text an image, searched without a loop: 100,000 of 50 letters take some milliseconds."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Letters' case does not count; a line break is a space."""
        lines = [text.lower().replace("\n", " ") for text in texts]
        self._length = len(lines)
        self._letters = np.frombuffer("\n".join(lines).encode("utf-8", "surrogatepass"), dtype=np.uint8)
        self._ends = np.flatnonzero(self._letters == ord("\n"))

    def containing(self, part: str) -> BoolArray:
        """(N,) which texts a part occurs in; an empty one occurs in all."""
        wanted = part.lower().encode("utf-8", "surrogatepass")
        if not wanted or b"\n" in wanted:
            return np.full(self._length, not wanted)
        letters = self._letters
        # UTF-8 never has one letter's bytes within another's, so equal bytes are equal letters.
        found = np.flatnonzero(letters[: max(0, len(letters) - len(wanted) + 1)] == wanted[0])
        for place, byte in enumerate(wanted[1:], 1):
            found = found[letters[found + place] == byte]
        having = np.zeros(self._length, dtype=np.bool_)
        having[np.searchsorted(self._ends, found)] = True
        return having


class _OfAnImage(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def class_name(self) -> str | None: ...
    @property
    def split(self) -> Split: ...


@dataclass(frozen=True, eq=False)
class ImageColumns:
    """N images, in the order of their ids."""

    ids: NDArray[np.int64]
    names: tuple[str, ...]
    texts: TextColumn
    """Name and class."""
    classes: tuple[str, ...]
    """The classes that have images, by their names' order."""
    class_of: Codes
    """(N,) places in ``classes``, −1 for none."""
    split_of: Codes
    """(N,) places in ``list(Split)``."""
    review_of: Codes | None = None
    """(N,) places in ``list(ReviewState)``; None while nobody has asked."""
    predictable: tuple[str, ...] = ()
    """The classes that images are taken for."""
    predicted_of: Codes | None = None
    """(N,) places in ``predictable``, −1 where the network has not looked; None while nobody has asked."""
    attributes: tuple[str, ...] = ()
    """(K,) full names."""
    scores: Mapping[str, NDArray[np.floating]] | None = None
    """``score``, ``av`` and ``va``: (n, K) each, of the images that the network has looked at."""
    scored: Codes | None = None
    """(n,) the places of those among the N."""

    @classmethod
    def from_images(cls, images: Sequence[_OfAnImage]) -> ImageColumns:
        """The columns that the images bring along."""
        classes = tuple(sorted({one.class_name for one in images if one.class_name is not None}, key=natural_key))
        code: dict[str | None, int] = {name: place for place, name in enumerate(classes)}
        code[None] = -1
        split = {one: place for place, one in enumerate(Split)}
        return cls(
            np.fromiter((one.id for one in images), np.int64, len(images)),
            tuple(one.name for one in images),
            TextColumn(f"{one.name}\t{one.class_name or ''}" for one in images),
            classes,
            np.fromiter((code[one.class_name] for one in images), np.int32, len(images)),
            np.fromiter((split[one.split] for one in images), np.int32, len(images)),
        )

    def rows_of_ids(self, ids: NDArray[np.int64]) -> Codes:
        """(n,) where images of these ids stand, −1 for those that are not here."""
        if not len(self.ids):
            return np.full(len(ids), -1, dtype=np.int32)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[places] == ids, places, -1).astype(np.int32)

    def score(self, key: str, column: int) -> NDArray[np.floating]:
        """(N,) an attribute's scores, NaN where the network has not looked."""
        scores = np.full(len(self.ids), np.nan, dtype=np.float32)
        if self.scores is not None and self.scored is not None:
            scores[self.scored] = self.scores[key][:, column]
        return scores

    @property
    def right(self) -> tuple[BoolArray, BoolArray]:
        """(N,) which images are taken for their own class, and for which of them that can be said."""
        if self.predicted_of is None:
            return np.zeros(len(self.ids), dtype=np.bool_), np.zeros(len(self.ids), dtype=np.bool_)
        row = {name: place for place, name in enumerate(self.predictable)}
        own = np.array([*(row.get(name, -2) for name in self.classes), -2], dtype=np.int32)[self.class_of]
        return own == self.predicted_of, (own >= 0) & (self.predicted_of >= 0)


def review_codes(columns: ImageColumns, states: Mapping[int, ReviewState]) -> Codes:
    """(N,) places in ``list(ReviewState)`` from states by image; who is not in there is unseen."""
    code = {state: place for place, state in enumerate(ReviewState)}
    found = np.full(len(columns.ids), code[ReviewState.UNREVIEWED], dtype=np.int32)
    places = columns.rows_of_ids(np.fromiter(states, np.int64, len(states)))
    codes = np.fromiter((code[state] for state in states.values()), np.int32, len(states))
    found[places[places >= 0]] = codes[places >= 0]
    return found


def natural_key(name: str) -> str:
    """What names are sorted by: without regard to case, and ``bird 9`` before ``bird 10``."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(12), name.lower())
