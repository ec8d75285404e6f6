"""Links in a project, which may be a stranger's: nothing is written through them, for they lead anywhere."""

from __future__ import annotations

from pathlib import Path

from msdn_core.errors import MsdnError


def is_link(path: Path) -> bool:
    """Whether it is a symbolic link, or a junction where the interpreter knows them."""
    return path.is_symlink() or bool(getattr(path, "is_junction", lambda: False)())


def refuse_links(below: Path, *paths: Path) -> None:
    """Raises MsdnError where one of the paths, or a folder between it and ``below``, is a link.

    ``below`` itself may be one: its owner chose it. What is not there is no link.
    """
    for path in paths:
        for place in (path, *path.parents):
            if place == below:
                break
            if is_link(place):
                raise MsdnError(
                    f"{place} is a link, and nothing is written through links in a project, for a stranger's may lead "
                    "anywhere; put what it leads to in its place."
                )
