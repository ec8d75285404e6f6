"""What is known of an image besides its pixels. Places are in pixels of the upright image, origin top left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Split(StrEnum):
    """What an image may be used for (the proposed split's three parts, and images outside of it)."""

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
    """Where a part of the object is, in pixels; a part that cannot be seen has no place."""

    part: str
    x: float
    y: float
    visible: bool = True


class Certainty(IntEnum):
    """How sure a judgement of an attribute is: the four certainties of CUB-200-2011, under its numbers."""

    NOT_VISIBLE = 1
    GUESSING = 2
    PROBABLY = 3
    DEFINITELY = 4


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one annotator says of one attribute in one image, and when (ISO 8601, UTC)."""

    present: bool
    certainty: Certainty
    at: str
    suggested_by: str = ""
    """The checkpoint whose suggestion was accepted; empty where a person judged unaided."""


class ReviewState(StrEnum):
    """How far a person is with an image."""

    UNREVIEWED = "unseen"
    CHECKED = "checked"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True)
class Review:
    """Who checked or flagged an image, when (ISO 8601, UTC), and the note that stands with it."""

    state: ReviewState
    note: str
    annotator: str
    at: str


@dataclass(frozen=True, slots=True)
class ImageLabel:
    """The class and the split that an image has, and who gave them when; nobody where the data set did."""

    class_name: str | None
    split: Split
    annotator: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box or a point that a person drew into an image."""

    image_id: int
    subject: str
    """What it is of: a part, an attribute group, or the whole object where it is empty."""
    place: Box
    """In pixels; a point is a box without extent."""
    annotator: str
    at: str

    @property
    def is_point(self) -> bool:
        """Whether it has no extent."""
        return self.place.width == 0 and self.place.height == 0


def split_of_label(before: Split, seen: bool | None) -> Split:
    """The split of an image once it is given a class (``seen`` says which kind; None takes the class away).

    What was a test image stays one, so that a label that is put right never makes a run train on what it is measured
    with; an image that had no split may be trained on where its class is a seen one.
    """
    if seen is None:
        return Split.NONE
    if not seen:
        return Split.TEST_UNSEEN
    return {Split.NONE: Split.TRAIN, Split.TEST_UNSEEN: Split.TEST_SEEN}.get(before, before)


HELD_OUT_EVERY = 5
"""About the share of a seen class's images that the proposed split tests on (1,764 of 8,821)."""


def hold_out(class_of: Mapping[str, str], unseen: Collection[str]) -> dict[str, Split]:
    """A split of images by path: those of unseen classes test, and so does every fifth of a seen class, by name."""
    splits: dict[str, Split] = {}
    place: Counter[str] = Counter()
    for path in sorted(class_of):
        name = class_of[path]
        place[name] += 1
        held_out = Split.TEST_SEEN if place[name] % HELD_OUT_EVERY == 0 else Split.TRAIN
        splits[path] = Split.TEST_UNSEEN if name in unseen else held_out
    return splits
