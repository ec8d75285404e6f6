"""Refuses to write through links in a project: those of an untrusted project may lead anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from pathlib import Path


def is_link(path: Path) -> bool:
    """Return whether a path is a symbolic link, or a junction if Python can tell."""
    return path.is_symlink() or bool(getattr(path, "is_junction", lambda: False)())


def refuse_links(below: Path, *paths: Path) -> None:
    """Raise MsdnError if one of the paths, or a folder between it and ``below``, is a link.

    ``below`` itself may be a link, since a person chose it. Paths that do not exist are not links.
    """
    for path in paths:
        for place in (path, *path.parents):
            if place == below:
                break
            if is_link(place):
                raise MsdnError(
                    f"{place} is a link, and links in a project are not written through since they may lead anywhere; "
                    "replace the link by its target."
                )
