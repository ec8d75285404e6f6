"""The image files below a folder, and what else is there and might have been one.

Pictures are known by the suffixes of their names. Hidden files and folders, also macOS' ``._bird.jpg``, and what
systems add by themselves (``__MACOSX``, ``Thumbs.db``, ``desktop.ini``) are no pictures and are passed over.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msdn_core.domain.wording import counted, named
from msdn_core.project import PROJECT_FILE, is_plain_path
from msdn_core.vision.image_formats import IMAGE_SUFFIXES, is_image_name, unread_image_findings, unread_image_remedy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from msdn_core.importers.findings import Findings

_PROJECT_FOLDERS = ("features", "runs", "cache")
_SYSTEM_FOLDERS = frozenset(("__macosx", "$recycle.bin", "system volume information", "@eadir", "lost+found"))
_SYSTEM_FILES = frozenset(("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"))
_TEXTS_WITHOUT_SUFFIX = frozenset(("readme", "license", "licence", "copying", "makefile", "version", "changelog"))
_UNFINISHED = re.compile(
    rf"({'|'.join(map(re.escape, sorted(IMAGE_SUFFIXES)))})"
    r"([^a-z0-9.].*|\.(\d+|part|partial|crdownload|download|tmp|bak))$"
)
"""A picture's suffix with something behind it: ``bird.jpg_large``, ``bird.jpg?w=300``, ``bird.jpg.part``."""


@dataclass(slots=True)
class LeftOut:
    """What is below a folder and was not taken for an image, as relative paths."""

    unread: list[str] = field(default_factory=list)
    """Pictures of formats that are not read here."""
    unknown: list[str] = field(default_factory=list)
    """Files that may be pictures, of which the suffix is missing or not at the end."""
    special: list[str] = field(default_factory=list)
    """Names of pictures that are no files: pipes, and links that lead nowhere."""
    odd_names: list[str] = field(default_factory=list)
    """Images with names that are not valid on every system."""
    closed: list[str] = field(default_factory=list)
    """Folders without permission to read."""
    projects: list[str] = field(default_factory=list)
    """Folders that are projects."""
    others: int = 0
    """The number of all other files."""

    def report(self, findings: Findings) -> None:
        """Add what was left out to the findings of an import."""
        for sentence in self.sentences():
            findings.add(sentence)
        findings.counts.update(self.counts())

    def counts(self) -> dict[str, int]:
        """Return the numbers above 0 for a report."""
        counts = {
            "unread_pictures": len(self.unread),
            "unknown_files": len(self.unknown),
            "special_files": len(self.special),
            "odd_names": len(self.odd_names),
            "closed_folders": len(self.closed),
            "projects_inside": len(self.projects),
            "other_files": self.others,
        }
        return {key: count for key, count in counts.items() if count}

    def sentences(self) -> list[str]:
        """Return what was left out, in sentences."""
        return [
            *unread_image_findings(self.unread),
            *(
                f"{counted(len(names), *noun)} left out, {why}: {named(sorted(names))}."
                for names, noun, why in (
                    (
                        self.unknown,
                        ("file", "files"),
                        "without the suffix of a picture at the end of the name; if these are pictures, rename them",
                    ),
                    (
                        self.odd_names,
                        ("image", "images"),
                        "with a name that is not valid on every system; rename the files and import again",
                    ),
                    (self.special, ("image", "images"), "a link that leads nowhere or no regular file"),
                    (self.closed, ("folder", "folders"), "without permission to read"),
                    (self.projects, ("folder", "folders"), "since it is a project"),
                )
                if names
            ),
        ]


def list_images(folder: Path, left_out: LeftOut | None = None) -> Iterator[str]:
    """Yield the images below a folder by their suffix, as relative paths with forward slashes, in no order.

    Links to folders are followed, each folder once, so loops end. ``left_out`` receives what else there is.
    """
    rest = LeftOut() if left_out is None else left_out
    visited: set[tuple[int, int]] = set()
    waiting = [(os.fspath(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        try:
            state = os.stat(place)  # noqa: PTH116 (Path objects cost more than the work here)
            # If a system gives no inode numbers, its limit on the length of a path ends a loop.
            if state.st_ino and (state.st_dev, state.st_ino) in visited:
                continue
            visited.add((state.st_dev, state.st_ino))
            with os.scandir(place) as scan:
                entries = [entry for entry in scan if not entry.name.startswith(".")]
        except OSError:
            rest.closed.append(_printable(prefix.rstrip("/")) or ".")
            continue
        skipped: tuple[str, ...] = ()
        if any(entry.name == PROJECT_FILE for entry in entries):
            if prefix:
                rest.projects.append(_printable(prefix.rstrip("/")))
                continue
            # Images beside a project: skip the project's own folders.
            skipped = _PROJECT_FOLDERS
        for entry in entries:
            name = entry.name
            if is_image_name(name) and _leads_to(entry.is_file):
                if is_plain_path(prefix + name):
                    yield prefix + name
                else:
                    rest.odd_names.append(_printable(prefix + name))
            elif _leads_to(entry.is_dir):
                if name not in skipped and name.lower() not in _SYSTEM_FOLDERS:
                    waiting.append((entry.path, f"{prefix}{name}/"))
            elif name.lower() not in _SYSTEM_FILES:
                _sort(rest, name, _printable(prefix + name), is_file=_leads_to(entry.is_file))


def _leads_to(is_kind: Callable[[], bool]) -> bool:
    """Return whether an entry is of a kind; a link that leads to itself, or has gone since, is of none."""
    try:
        return is_kind()
    except OSError:
        return False


def _printable(path: str) -> str:
    """Return a path whose bytes that are no text are question marks."""
    return path.encode("utf-8", "replace").decode()


def _sort(left_out: LeftOut, name: str, path: str, *, is_file: bool) -> None:
    if is_image_name(name):
        left_out.special.append(path)
    elif not is_file:
        left_out.others += 1
    elif unread_image_remedy(name) is not None:
        left_out.unread.append(path)
    elif _UNFINISHED.search(name.lower()) or ("." not in name and name.lower() not in _TEXTS_WITHOUT_SUFFIX):
        left_out.unknown.append(path)
    else:
        left_out.others += 1
