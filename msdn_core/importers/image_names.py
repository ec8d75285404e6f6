"""Images by name: what a list calls them, where they lie, and which class their folder stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path

from msdn_core.errors import ImportFault
from msdn_core.importers.findings import Findings
from msdn_core.importers.images import list_images
from msdn_core.importers.readers.att_splits import ImageList, join_classes, match_key
from msdn_core.project import Project, is_plain_path

_PICTURE_FOLDERS = ("images", "jpegimages")
_DEEPEST_CLASS = 3
"""Folders that a class name may be made of: SUN's ``a/apse/indoor`` is ``apse_indoor``."""


def plain_names(listed: ImageList) -> list[str]:
    """The listed images as paths below their folder, without the folders of the machine they were listed on.

    Raises:
        ImportFault: if one leads out of its folder, or stands twice.
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
                f"{listed.file}: image {place} has a path that leads elsewhere ({name!a}); it is refused."
            )
        if name in seen:
            raise ImportFault(f"{listed.file}: image {place}, {name}, stands twice; get the file anew.")
        seen.add(name)
    return names


def _foreign_folders(paths: Sequence[Sequence[str]]) -> int:
    """How many folders in front of all paths belong to the machine they were listed on."""
    # One folder stays in any case: it may be the class.
    folders = [tuple(parts[:-2]) for parts in paths]
    # All others lie between the first and the last in order.
    both = zip(min(folders), max(folders), strict=False) if folders else ()
    common = [one for one, other in takewhile(lambda pair: pair[0] == pair[1], both)]
    named = [place for place, part in enumerate(common, start=1) if part.lower() in _PICTURE_FOLDERS]
    return named[-1] if named else len(common)


def class_by_folder(names: Sequence[str], classes: Sequence[str]) -> list[str | None]:
    """The class that each image's folder is named for, or None; the longest name made of its last folders counts."""
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
    """The project's numbers of the images that a file names: by the whole name, or by its end where one alone has it.

    Raises:
        ImportFault: if the file names none of them.
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
        raise ImportFault(f"The file {path} names none of this project's images; choose the file that belongs to it.")
    missing = [name for name in listed if name not in found]
    if missing:
        findings.add(f"Left out, as this project has none of that name: {len(missing)} images, e.g. {missing[0]}.")
    return found


def on_disk(names: Sequence[str], folder: Path, findings: Findings, *, kept: bool = False) -> list[str | None]:
    """Each image's path below ``folder``, found by its whole name or by its end; None where it is not there.

    ``kept`` is for the finding alone: whether those that are not there stay listed.

    Raises:
        ImportFault: if none of them is there.
    """
    if not folder.is_dir():
        raise ImportFault(f"There is no folder {folder}; check the path.")
    there = set(list_images(folder))
    by_key: dict[str, str | None] = {}
    for path in there:
        key = match_key(path)
        by_key[key] = None if key in by_key else path
    places = [name if name in there else by_key.get(match_key(name)) for name in names]
    found = {place for place in places if place is not None}
    absent = [name for name, place in zip(names, places, strict=True) if place is None]
    unlisted = sorted(there - found)
    if names and not found:
        raise ImportFault(f"None of the {len(names):,} listed images is in {folder}, e.g. {names[0]}; check the path.")
    for key, paths, what in (
        (
            "listed_but_absent",
            absent,
            f"images are listed but absent, and {'stay listed' if kept else 'were left out'}",
        ),
        ("present_but_unlisted", unlisted, "images are present but not listed, and were left out"),
    ):
        findings.counts[key] = len(paths)
        if paths:
            findings.add(f"{len(paths):,} {what}, e.g. {paths[0]}.")
    return places
