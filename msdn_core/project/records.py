"""What a project says of an image, and what it wants to be told of a new one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from msdn_core.domain.annotation import Box, PartPoint, Split
from msdn_core.errors import ProjectError


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """An image of a project; the file at ``path`` may be gone."""

    id: int
    path: Path
    """Absolute."""
    name: str
    """The path relative to the image's root folder, with forward slashes."""
    class_name: str | None
    split: Split


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image to be added: its path relative to the root folder, with forward slashes, and what is known of it."""

    path: str
    class_name: str | None = None
    split: Split = Split.NONE
    box: Box | None = None
    parts: tuple[PartPoint, ...] = ()


def is_plain_path(path: str) -> bool:
    """Whether a text is a relative path that stays below its folder on every system and can be stored as UTF-8.

    Lists of files come from strangers: what they name must not lead to any other place.
    """
    parts = path.split("/")
    if not path or "\\" in path or "\x00" in path or not {"", ".", ".."}.isdisjoint(parts):
        return False
    if PureWindowsPath(path).drive:
        return False
    return _is_text(path)


def require_text(folder: Path) -> None:
    """Raises ProjectError where a folder's name cannot be stored as UTF-8."""
    if not _is_text(str(folder)):
        raise ProjectError(f"The folder {str(folder)!a} has a name that is no UTF-8 text; rename it.")


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
