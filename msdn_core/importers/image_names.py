"""Image names: as lists spell them, as the disk has them, and the class that a folder's name means."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.images import list_images
from msdn_core.importers.readers.att_splits import ImageList, join_classes, match_key
from msdn_core.project import Project, is_plain_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from msdn_core.importers.findings import Findings

_PICTURE_FOLDERS = ("images", "jpegimages")
_DEEPEST_CLASS = 3
"""How many folders can form a class name: SUN's ``a/apse/indoor`` is ``apse_indoor``."""


def plain_names(listed: ImageList) -> list[str]:
    """Return the listed images as paths below their folder, without the folders of the machine that listed them.

    Raises
    ------
    ImportFault
        If a path leads out of the folder, or occurs twice.
    """
    names = list(listed.names)
    if not listed.own:
        split = [[part for part in name.replace("\\", "/").split("/") if part not in ("", ".")] for name in names]
        foreign = _foreign_folders(split)
        names = ["/".join(parts[foreign:]) for parts in split]
    seen: set[str] = set()
    for place, name in enumerate(names, start=1):
        if not is_plain_path(name):
            raise ImportFault(
                f"{listed.file}: the path of image {place} leads out of the folder ({name!a}); correct the path."
            )
        if name in seen:
            raise ImportFault(f"{listed.file}: image {place}, {name}, occurs twice; download the file again.")
        seen.add(name)
    return names


def _foreign_folders(paths: Sequence[Sequence[str]]) -> int:
    """Return how many folders at the start of all paths belong to the machine that listed them."""
    # One folder is always kept: it may be the class.
    folders = [tuple(parts[:-2]) for parts in paths]
    # In sorted order, what the first and the last share is shared by all.
    both = zip(min(folders), max(folders), strict=False) if folders else ()
    common = [one for one, other in takewhile(lambda pair: pair[0] == pair[1], both)]
    named = [place for place, part in enumerate(common, start=1) if part.lower() in _PICTURE_FOLDERS]
    return named[-1] if named else len(common)


def class_by_folder(names: Sequence[str], classes: Sequence[str]) -> list[str | None]:
    """Return the class that each image's folder is named after, or None; the longest name of the last folders wins."""
    folders = {name.rpartition("/")[0] for name in names}
    candidates = {
        folder: ["_".join(parts[-depth:]) for depth in range(min(_DEEPEST_CLASS, len(parts)), 0, -1)]
        for folder in folders
        if (parts := folder.split("/") if folder else [])
    }
    joined = join_classes(sorted({text for texts in candidates.values() for text in texts}), classes)
    class_of = {
        folder: classes[joined[known[0]]]
        for folder, texts in candidates.items()
        if (known := [text for text in texts if text in joined])
    }
    return [class_of.get(name.rpartition("/")[0]) for name in names]


def join_images(path: Path, names: Iterable[str], project: Project, findings: Findings) -> dict[str, int]:
    """Return the project's ids of the images that a file names, by the whole name or by an end of only one name.

    Raises
    ------
    ImportFault
        If the file names none of the project's images.
    """
    by_end: dict[str, list[int]] = {}
    whole = {}
    for record in project.images():
        whole[record.name] = record.id
        parts = record.name.split("/")
        for start in range(len(parts)):
            by_end.setdefault("/".join(parts[start:]), []).append(record.id)
    listed = {name: name.replace("\\", "/") for name in names}
    found = {name: by_end[plain][0] for name, plain in listed.items() if len(by_end.get(plain, ())) == 1}
    found |= {name: whole[plain] for name, plain in listed.items() if plain in whole}
    if not found:
        raise ImportFault(f"The file {path} names none of this project's images; choose the file of this project.")
    missing = [name for name in listed if name not in found]
    if missing:
        what = counted(len(missing), "image", "images")
        findings.add(f"{what} left out, not in this project: {named(missing)}.")
    return found


def on_disk(names: Sequence[str], folder: Path, findings: Findings, *, keep_absent: bool = False) -> list[str | None]:
    """Return each image's path below ``folder``, found by its whole name or its end; None if it is not there.

    Parameters
    ----------
    names
        The images as they are listed.
    folder
        Where to search.
    findings
        Receives what is missing on either side.
    keep_absent
        Whether images that are not there stay listed; only the finding depends on it.

    Raises
    ------
    ImportFault
        If none of them is there.
    """
    if not folder.is_dir():
        raise ImportFault(f"There is no folder {folder}; check the path.")
    existing = set(list_images(folder))
    by_key: dict[str, str | None] = {}
    for path in existing:
        key = match_key(path)
        by_key[key] = None if key in by_key else path
    places = [name if name in existing else by_key.get(match_key(name)) for name in names]
    found = {place for place in places if place is not None}
    absent = [name for name, place in zip(names, places, strict=True) if place is None]
    unlisted = sorted(existing - found)
    if names and not found:
        raise ImportFault(f"None of the {len(names):,} listed images is in {folder}, e.g. {names[0]}; check the path.")
    without_file = "without a file, but kept" if keep_absent else "left out, listed but without a file"
    for key, paths, what in (
        ("listed_but_absent", absent, without_file),
        ("present_but_unlisted", unlisted, "left out, not listed"),
    ):
        findings.counts[key] = len(paths)
        if paths:
            findings.add(f"{counted(len(paths), 'image', 'images')} {what}: {named(paths)}.")
    return places
