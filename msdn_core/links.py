"""Refuses to write through links and pipes in a project: those of an untrusted project may lead anywhere."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from pathlib import Path


def is_link(path: Path) -> bool:
    """Return whether a path is a symbolic link, or a junction if Python can tell."""
    return path.is_symlink() or bool(getattr(path, "is_junction", lambda: False)())


def has_second_name(path: Path) -> bool:
    """Return whether a file is a hard link: it has another name, perhaps elsewhere, and one content."""
    try:
        state = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(state.st_mode) and state.st_nlink > 1


def _is_special(path: Path) -> bool:
    try:
        kind = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))


def refuse_links(below: Path, *paths: Path) -> None:
    """Raise MsdnError if one of the paths, or a folder between it and ``below``, is a link, or a path is a pipe.

    ``below`` itself may be a link, since a person chose it. Paths that do not exist are not links. Writing to a pipe, a
    socket or a device could wait for ever. A file with a second name, a hard link, counts as a link.
    """
    for path in paths:
        if _is_special(path):
            raise MsdnError(f"{path} is not a regular file, so it is not written to; remove it and try again.")
        if has_second_name(path):
            raise MsdnError(
                f"{path} has a second name (it is a hard link), so writing to it could change a file elsewhere; "
                "replace it by a copy."
            )
        for place in (path, *path.parents):
            if place == below:
                break
            if is_link(place):
                raise MsdnError(
                    f"{place} is a link, and links in a project are not written through since they may lead anywhere; "
                    "replace the link by its target."
                )
