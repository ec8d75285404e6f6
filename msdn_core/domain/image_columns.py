"""What images can be searched by, as columns: names, classes, splits, reviews, predictions, attribute scores."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.annotation import ReviewState, Split
from msdn_core.domain.text_search import search_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from msdn_core.domain.attributes import BoolArray

Codes = NDArray[np.int32]


class TextColumn:
    """One text per image, searched without a loop: 100,000 texts of 50 letters take some milliseconds.

    Case and accents are ignored, and a line break counts as a space.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        lines = [search_text(text).replace("\n", " ") for text in texts]
        self._length = len(lines)
        self._letters = np.frombuffer("\n".join(lines).encode("utf-8", "surrogatepass"), dtype=np.uint8)
        self._ends = np.flatnonzero(self._letters == ord("\n"))

    def containing(self, part: str) -> BoolArray:
        """Return (N,) which texts contain a part; all contain an empty one."""
        searched = search_text(part).encode("utf-8", "surrogatepass")
        if not searched or b"\n" in searched:
            return np.full(self._length, not searched)
        letters = self._letters
        # In UTF-8 the bytes of a letter never occur within those of another, so equal bytes are equal letters.
        found = np.flatnonzero(letters[: max(0, len(letters) - len(searched) + 1)] == searched[0])
        for place, byte in enumerate(searched[1:], 1):
            found = found[letters[found + place] == byte]
        containing = np.zeros(self._length, dtype=np.bool_)
        containing[np.searchsorted(self._ends, found)] = True
        return containing


class _Image(Protocol):
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
    """The classes that have images, sorted by name."""
    class_of: Codes
    """(N,) indices in ``classes``, −1 for none."""
    split_of: Codes
    """(N,) indices in ``list(Split)``."""
    review_of: Codes | None = None
    """(N,) indices in ``list(ReviewState)``; None if not needed."""
    predictable: tuple[str, ...] = ()
    """The classes that can be predicted."""
    predicted_of: Codes | None = None
    """(N,) indices in ``predictable``, −1 for images that are not scored; None if not needed."""
    attributes: tuple[str, ...] = ()
    """(K,) full names."""
    scores: Mapping[str, NDArray[np.floating]] | None = None
    """``score``, ``av`` and ``va``: (n, K) each, of the scored images."""
    scored: Codes | None = None
    """(n,) the rows of the scored images."""

    @classmethod
    def from_images(cls, images: Sequence[_Image]) -> ImageColumns:
        """Return the columns that images have by themselves."""
        classes = tuple(sorted({image.class_name for image in images if image.class_name is not None}, key=natural_key))
        class_codes: dict[str | None, int] = {name: place for place, name in enumerate(classes)}
        class_codes[None] = -1
        split_codes = {split: place for place, split in enumerate(Split)}
        return cls(
            np.fromiter((image.id for image in images), np.int64, len(images)),
            tuple(image.name for image in images),
            TextColumn(f"{image.name}\t{image.class_name or ''}" for image in images),
            classes,
            np.fromiter((class_codes[image.class_name] for image in images), np.int32, len(images)),
            np.fromiter((split_codes[image.split] for image in images), np.int32, len(images)),
        )

    def rows_of_ids(self, ids: NDArray[np.int64]) -> Codes:
        """Return the (n,) rows of images by id, −1 for unknown ones."""
        if not len(self.ids):
            return np.full(len(ids), -1, dtype=np.int32)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[places] == ids, places, -1).astype(np.int32)

    def score(self, key: str, column: int) -> NDArray[np.floating]:
        """Return the (N,) scores of an attribute, NaN for images that are not scored."""
        scores = np.full(len(self.ids), np.nan, dtype=np.float32)
        if self.scores is not None and self.scored is not None:
            scores[self.scored] = self.scores[key][:, column]
        return scores

    @property
    def right(self) -> tuple[BoolArray, BoolArray]:
        """(N,) whether each image is predicted correctly, and whether that is known."""
        if self.predicted_of is None:
            return np.zeros(len(self.ids), dtype=np.bool_), np.zeros(len(self.ids), dtype=np.bool_)
        row = {name: place for place, name in enumerate(self.predictable)}
        own = np.array([*(row.get(name, -2) for name in self.classes), -2], dtype=np.int32)[self.class_of]
        return own == self.predicted_of, (own >= 0) & (self.predicted_of >= 0)


def review_codes(columns: ImageColumns, states: Mapping[int, ReviewState]) -> Codes:
    """Return (N,) indices in ``list(ReviewState)`` from states by image; all others are unreviewed."""
    code = {state: place for place, state in enumerate(ReviewState)}
    found = np.full(len(columns.ids), code[ReviewState.UNREVIEWED], dtype=np.int32)
    places = columns.rows_of_ids(np.fromiter(states, np.int64, len(states)))
    codes = np.fromiter((code[state] for state in states.values()), np.int32, len(states))
    found[places[places >= 0]] = codes[places >= 0]
    return found


def natural_key(name: str) -> str:
    """Return the key to sort names by: ignoring case, and ``bird 9`` before ``bird 10``."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(12), name.lower())
