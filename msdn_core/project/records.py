"""Images of a project, and images to add to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from msdn_core.domain.annotation import Box, PartPoint, Split
from msdn_core.errors import ProjectError


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """An image of a project; its file may no longer exist."""

    id: int
    path: Path
    """Absolute."""
    name: str
    """The path relative to the image's root folder, with forward slashes."""
    class_name: str | None
    split: Split


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image to add."""

    path: str
    """Relative to the root folder, with forward slashes."""
    class_name: str | None = None
    split: Split = Split.NONE
    box: Box | None = None
    parts: tuple[PartPoint, ...] = ()


def is_plain_path(path: str) -> bool:
    """Return whether a text is a relative path that stays below its folder on every system and is valid UTF-8.

    Lists of files come from unknown sources and must not lead to other places.
    """
    parts = path.split("/")
    if not path or "\\" in path or "\x00" in path or not {"", ".", ".."}.isdisjoint(parts):
        return False
    if PureWindowsPath(path).drive:
        return False
    return _is_text(path)


def require_text(folder: Path) -> None:
    """Raise ProjectError if a folder's name is not valid UTF-8."""
    if not _is_text(str(folder)):
        raise ProjectError(f"The name of the folder {str(folder)!a} is not valid UTF-8; rename the folder.")


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
