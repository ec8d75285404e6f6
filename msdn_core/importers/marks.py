"""Marks (boxes and points by people) in sheets of images and COCO files.

In a CSV sheet the columns of an image's n-th mark are ``mark n of`` (a part, an attribute group, or nothing for the
whole object), ``mark n x``, ``… y``, ``… width``, ``… height``, ``… by`` and ``… at``; in a JSON sheet ``marks`` is a
list of such entries. A mark without width and height is a point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msdn_core.domain.annotation import Box, Mark
from msdn_core.errors import ImportFault
from msdn_core.importers.coco import marks_from_coco
from msdn_core.importers.findings import Findings
from msdn_core.importers.image_names import join_images
from msdn_core.importers.readers.text_files import finite_numbers, line_error
from msdn_core.importers.sheets import csv_rows, read_json, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from msdn_core.project import Project

MARK = "mark "
MARK_FIELDS = ("of", "x", "y", "width", "height", "by", "at")
ANNOTATIONS_FORMAT = "msdn-explorer annotations"
_PEEK = 4096


def marks_from_file(path: Path, project: Project, annotator: str, at: str) -> tuple[list[Mark], tuple[str, ...]]:
    """Read the boxes and points of a COCO file or a sheet of images without storing them.

    Parameters
    ----------
    path
        The file.
    project
        The project that has its images.
    annotator, at
        Annotator and time of marks that have none in the file.

    Returns
    -------
    marks
        The marks of the project's images.
    findings
        Sentences: what was left out.

    Raises
    ------
    ImportFault
        If the file cannot be read or is not valid, or names none of the project's images.
    """
    if path.suffix.lower() == ".csv":
        by_image = _from_csv(path, annotator, at)
    elif ANNOTATIONS_FORMAT in read_text(path)[:_PEEK]:
        by_image = _from_json(path, annotator, at)
    else:
        return marks_from_coco(path, project, annotator, at)
    findings = Findings()
    ids = join_images(path, dict.fromkeys(name for name, _ in by_image), project, findings)
    marks = [
        Mark(ids[name], mark.subject, mark.place, mark.annotator, mark.at)
        for name, marks in by_image
        if name in ids
        for mark in marks
    ]
    return marks, findings.sentences()


def mark_numbers(head: Sequence[str]) -> list[str]:
    """Return the n of each ``mark n x`` in a sheet's headings, in their order."""
    return [name[len(MARK) : -2] for name in head if name.startswith(MARK) and name.endswith(" x")]


def marks_of_row(
    row: Mapping[str, str], numbers: Sequence[str], image: int, annotator: str, at: str
) -> tuple[Mark, ...]:
    """Return the marks in a line of a sheet; raise ValueError if one is not valid."""
    cells = [{field: row.get(f"{MARK}{number} {field}", "") for field in MARK_FIELDS} for number in numbers]
    return tuple(_mark(one, image, annotator, at) for one in cells if one["x"] or one["y"])


def marks_of_entry(entry: Mapping[str, Any], image: int, annotator: str, at: str) -> tuple[Mark, ...]:
    """Return the marks of an image in a JSON sheet; raise ValueError, TypeError or KeyError if one is not valid."""
    return tuple(_mark(dict(one), image, annotator, at) for one in entry.get("marks", ()))


def _mark(one: Mapping[str, Any], image: int, annotator: str, at: str) -> Mark:
    numbers = finite_numbers([str(one.get(field) or 0.0) for field in ("x", "y", "width", "height")])
    if numbers is None or min(numbers[2:]) < 0:
        raise ValueError("a mark is four numbers with a width and a height of at least 0")
    who, when = str(one.get("by") or "").strip(), str(one.get("at") or "")
    return Mark(image, str(one.get("of") or ""), Box(*numbers), who or annotator, when or at)


def _from_csv(path: Path, annotator: str, at: str) -> list[tuple[str, tuple[Mark, ...]]]:
    lines = csv_rows(path)
    head = next(lines, (0, [""]))[1]
    numbers = mark_numbers(head)
    if head[0] != "image" or not numbers:
        raise ImportFault(
            f"{path} lacks the headings “image”, “mark 1 x”, “mark 1 y” and so on; correct the first line."
        )
    found = []
    for line, cells in lines:
        try:
            row = dict(zip(head, cells, strict=True))
            found.append((row["image"], marks_of_row(row, numbers, 0, annotator, at)))
        except ValueError as error:
            raise line_error(path, line, f"is not valid ({error})") from error
    return found


def _from_json(path: Path, annotator: str, at: str) -> list[tuple[str, tuple[Mark, ...]]]:
    content = read_json(path, ANNOTATIONS_FORMAT)
    try:
        return [(str(one["image"]), marks_of_entry(one, 0, annotator, at)) for one in content["images"]]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ImportFault(f"{path} is not as `export` writes it ({error}); export it again.") from error
