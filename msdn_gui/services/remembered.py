"""What is remembered of one project: how it is shown among the recent ones, and where its person was in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Remembered:
    """The state of a project when it was open last; the project itself is not asked for it."""

    name: str = ""
    opened: str = ""
    """When, in ISO 8601 with the offset to UTC."""
    images: int = 0
    classes: int = 0
    unseen: int = 0
    attributes: int = 0
    pictures: tuple[str, ...] = ()
    """Absolute paths of a few of its images, for a mosaic."""
    image: str = ""
    """The chosen image's name, as in its ``ImageRecord``."""
    attribute: str = ""
    """The chosen attribute's full name."""
    class_name: str = ""
