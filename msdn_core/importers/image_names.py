"""Image names: as lists spell them, as the disk has them, and the class that a folder's name means."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from msdn_core.domain.name_matching import Matches, match_paths, match_words
from msdn_core.domain.name_spellings import GENERIC_FOLDERS, folded, without_drive
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.image_files import LeftOut, list_images
from msdn_core.project import is_plain_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from msdn_core.importers.findings import Findings
    from msdn_core.importers.readers.att_splits import ImageList
    from msdn_core.project import Project

_PICTURE_FOLDERS = ("images", "jpegimages")
_MOST_NAMED = 3
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
        split = [
            [part for part in without_drive(name).replace("\\", "/").split("/") if part not in ("", ".")]
            for name in names
        ]
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


def class_by_folder(names: Sequence[str], classes: Sequence[str], findings: Findings | None = None) -> list[str | None]:
    """Return the class that each image's folder is named after, or None; the longest name of the last folders wins.

    ``findings`` receives the folders that could be several classes.
    """
    folders = {name.rpartition("/")[0] for name in names}
    candidates = {folder: _class_texts(folder) for folder in folders if folder}
    matches = match_words(sorted({text for texts in candidates.values() for text in texts}), classes)
    class_of = {
        folder: classes[matches.matched[known[0]]]
        for folder, texts in candidates.items()
        if (known := [text for text in texts if text in matches.matched])
    }
    unclear = [
        f"“{folder}” ({_choice(classes, matches.ambiguous[text])})"
        for folder, texts in sorted(candidates.items())
        if folder not in class_of
        for text in texts
        if text in matches.ambiguous
    ]
    if findings is not None and unclear:
        findings.add(
            f"{counted(len(unclear), 'folder', 'folders')} without a class, since the name fits several: "
            f"{_some(unclear)}; rename the folders."
        )
    return [class_of.get(name.rpartition("/")[0]) for name in names]


def _class_texts(folder: str) -> list[str]:
    """Return the class names that a folder may mean, the longest first; last those without a folder *images* in it."""
    parts = folder.split("/")
    inner = list(parts)
    while inner and folded(inner[-1]) in GENERIC_FOLDERS:
        inner.pop()
    found = (
        "_".join(some[-depth:]) for some in (parts, inner) for depth in range(min(_DEEPEST_CLASS, len(some)), 0, -1)
    )
    return list(dict.fromkeys(found))


def report_unmatched(
    matches: Matches, known: Sequence[str], findings: Findings, *, noun: tuple[str, str] = ("image", "images")
) -> None:
    """Add sentences on the names in a file that fit nothing in a project, or not one thing alone."""
    if matches.missing:
        what = counted(len(matches.missing), *noun)
        findings.add(f"{what} left out, not in this project: {named(matches.missing)}.")
    report_unclear(matches, known, findings, noun=noun)


def report_unclear(
    matches: Matches, known: Sequence[str], findings: Findings, *, noun: tuple[str, str] = ("image", "images")
) -> None:
    """Add sentences on the names that were left out since they fit several, and on those matched by an assumption."""
    if matches.ambiguous:
        unclear = [f"“{name}” ({_choice(known, places)})" for name, places in matches.ambiguous.items()]
        findings.add(
            f"{counted(len(unclear), *noun)} left out, since the name fits several: {_some(unclear)}; write the whole "
            "names."
        )
    if matches.assumed:
        findings.add(
            f"{counted(len(matches.assumed), *noun)} matched although folders differ or a tool changed the name: "
            f"{named(matches.assumed)}; check them."
        )


def _choice(known: Sequence[str], places: Sequence[int]) -> str:
    if len(places) == 1:
        return f"“{known[places[0]]}” is taken by another name"
    return " or ".join(f"“{known[place]}”" for place in places)


def _some(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _MOST_NAMED:,} more" if len(texts) > _MOST_NAMED else ""
    return ", ".join(texts[:_MOST_NAMED]) + more


def join_images(path: Path, names: Iterable[str], project: Project, findings: Findings) -> dict[str, int]:
    """Return the project's ids of the images that a file names; those left out are findings.

    Raises
    ------
    ImportFault
        If the file names none of the project's images.
    """
    records = project.images()
    known = [record.name for record in records]
    matches = match_paths(names, known)
    if not matches.matched:
        example = next(iter(matches.left_out()), None)
        looked_for = "" if example is None else f", e.g. not “{example}”"
        if example in matches.ambiguous:
            looked_for = f": “{example}” fits several ({_choice(known, matches.ambiguous[example])})"
        raise ImportFault(
            f"The file {path} names none of this project's images{looked_for}; choose the file of this project, or "
            "write the paths as the project has them."
        )
    report_unmatched(matches, known, findings)
    return {name: records[place].id for name, place in matches.matched.items()}


def on_disk(names: Sequence[str], folder: Path, findings: Findings, *, keep_absent: bool = False) -> list[str | None]:
    """Return each image's path below ``folder``; None if it is not there, or is listed a second time.

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
    left_out = LeftOut()
    existing = sorted(list_images(folder, left_out))
    left_out.report(findings)
    matches = match_paths(names, existing)
    places: list[str | None] = []
    taken: dict[int, str] = {}
    repeated = []
    for name in names:
        place = matches.matched.get(name)
        if place is not None and place in taken:
            repeated.append(name)
            place = None
        elif place is not None:
            taken[place] = name
        places.append(None if place is None else existing[place])
    unlisted = [path for place, path in enumerate(existing) if place not in taken]
    if names and not taken:
        raise findings.fault(
            f"None of the {len(names):,} listed images is in {folder}, e.g. {names[0]}; check the path."
        )
    without_file = "without a file, but kept" if keep_absent else "left out, listed but without a file"
    for key, paths, what in (
        ("listed_but_absent", matches.missing, without_file),
        ("listed_twice", repeated, "left out, listed a second time in another spelling"),
        ("present_but_unlisted", unlisted, "left out, not listed"),
    ):
        if paths or key != "listed_twice":
            findings.counts[key] = len(paths)
        if paths:
            findings.add(f"{counted(len(paths), 'image', 'images')} {what}: {named(paths)}.")
    if matches.ambiguous:
        findings.counts["ambiguous"] = len(matches.ambiguous)
    report_unclear(matches, existing, findings)
    return places
