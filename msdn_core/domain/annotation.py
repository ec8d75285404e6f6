"""What is known of an image besides its pixels. Places are in pixels of the upright image, origin top left."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
