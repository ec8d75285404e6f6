"""Annotations of images. Coordinates are pixels of the upright image with the origin at the top left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Split(StrEnum):
    """The use of an image: one of the three parts of the proposed split, or none of them."""

    TRAIN = "train"
    TEST_SEEN = "test_seen"
    TEST_UNSEEN = "test_unseen"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left and top corner, width and height, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PartPoint:
    """The position of a part of the object in pixels; the position of a part that is not visible means nothing."""

    part: str
    x: float
    y: float
    visible: bool = True


class Certainty(IntEnum):
    """The certainty of a judgement: the four certainties of CUB-200-2011 with their numbers."""

    NOT_VISIBLE = 1
    GUESSING = 2
    PROBABLY = 3
    DEFINITELY = 4


@dataclass(frozen=True, slots=True)
class Judgement:
    """One annotator's judgement of one attribute in one image, and its time (ISO 8601, UTC)."""

    present: bool
    certainty: Certainty
    at: str
    suggested_by: str = ""
    """The checkpoint whose suggestion was accepted; empty for an unaided judgement."""


class ReviewState(StrEnum):
    """Whether a person has reviewed an image, and with what result."""

    UNREVIEWED = "unseen"
    """Stored as ``unseen``, which does not mean unseen classes."""
    CHECKED = "checked"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True)
class Review:
    """A checked or flagged image: note, annotator and time (ISO 8601, UTC)."""

    state: ReviewState
    note: str
    annotator: str
    at: str


@dataclass(frozen=True, slots=True)
class ImageLabel:
    """The class and split of an image; annotator and time are empty if they come from the data set."""

    class_name: str | None
    split: Split
    annotator: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box or a point that a person drew on an image."""

    image_id: int
    subject: str
    """A part, an attribute group, or empty for the whole object."""
    place: Box
    """In pixels; a point is a box without extent."""
    annotator: str
    at: str

    @property
    def is_point(self) -> bool:
        """Whether it is a point."""
        return self.place.width == 0 and self.place.height == 0


def split_of_label(before: Split, seen: bool | None) -> Split:
    """Return the split of an image after its class changes.

    A test image stays one, so that correcting a label never makes a run train on its test images; an image without a
    split becomes a training image if its class is seen.

    Parameters
    ----------
    before
        The split so far.
    seen
        Whether the new class is seen; None if the class is removed.
    """
    if seen is None:
        return Split.NONE
    if not seen:
        return Split.TEST_UNSEEN
    return {Split.NONE: Split.TRAIN, Split.TEST_UNSEEN: Split.TEST_SEEN}.get(before, before)


HELD_OUT_EVERY = 5
"""About the share of test images among those of seen classes in the proposed split (1,764 of 8,821)."""


def hold_out(class_of: Mapping[str, str], unseen: Collection[str]) -> dict[str, Split]:
    """Return a split by path: for testing are all images of unseen classes and every fifth of a seen class, by name."""
    splits: dict[str, Split] = {}
    counts: Counter[str] = Counter()
    for path in sorted(class_of):
        name = class_of[path]
        counts[name] += 1
        held_out = Split.TEST_SEEN if counts[name] % HELD_OUT_EVERY == 0 else Split.TRAIN
        splits[path] = Split.TEST_UNSEEN if name in unseen else held_out
    return splits
