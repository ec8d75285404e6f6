"""What is remembered of a project: what its card on the start screen shows, and what was selected."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Remembered:
    """The state of a project when it was last open; reading it does not open the project."""

    name: str = ""
    opened: str = ""
    """When it was opened, in ISO 8601 with the offset from UTC."""
    images: int = 0
    classes: int = 0
    unseen: int = 0
    attributes: int = 0
    pictures: tuple[str, ...] = ()
    """Absolute paths of a few images, for the card."""
    image: str = ""
    """The name of the selected image, as in its ``ImageRecord``."""
    attribute: str = ""
    """The full name of the selected attribute."""
    class_name: str = ""
