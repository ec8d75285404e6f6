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
from msdn_core.importers.image_sheets import read_image_sheet
from msdn_core.importers.readers.sheet_files import SHEET_SUFFIXES, refuse_workbook
from msdn_core.importers.readers.text_files import finite_numbers, read_text
from msdn_core.importers.sheets import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from msdn_core.project import Project

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
    findings = Findings()
    refuse_workbook(path)
    if path.suffix.lower() in SHEET_SUFFIXES:
        by_image = _from_csv(path, annotator, at, findings)
    elif ANNOTATIONS_FORMAT in read_text(path, findings)[:_PEEK]:
        by_image = _from_json(path, annotator, at, findings)
    else:
        return marks_from_coco(path, project, annotator, at)
    ids = join_images(path, dict.fromkeys(name for name, _ in by_image), project, findings)
    marks = [
        Mark(ids[name], mark.subject, mark.place, mark.annotator, mark.at)
        for name, marks in by_image
        if name in ids
        for mark in marks
    ]
    return marks, findings.sentences()


def marks_of_entry(entry: Mapping[str, Any], image: int, annotator: str, at: str) -> tuple[Mark, ...]:
    """Return the marks of an image in a JSON sheet; raise ValueError, TypeError or KeyError if one is not valid."""
    return tuple(_mark(dict(one), image, annotator, at) for one in entry.get("marks", ()))


def _mark(one: Mapping[str, Any], image: int, annotator: str, at: str) -> Mark:
    numbers = finite_numbers([str(one.get(field) or 0.0) for field in ("x", "y", "width", "height")])
    if numbers is None or min(numbers[2:]) < 0:
        raise ValueError("a mark is four numbers with a width and a height of at least 0")
    who, when = str(one.get("by") or "").strip(), str(one.get("at") or "")
    return Mark(image, str(one.get("of") or ""), Box(*numbers), who or annotator, when or at)


def _from_csv(path: Path, annotator: str, at: str, findings: Findings) -> list[tuple[str, tuple[Mark, ...]]]:
    sheet = read_image_sheet(path, findings)
    if not sheet.marks:
        raise ImportFault(
            f"{path} lacks the headings “image”, “mark 1 x”, “mark 1 y” and so on; correct the first line."
        )
    return [(name, tuple(sheet.image_marks(row, 0, annotator, at))) for row, name in enumerate(sheet.names())]


def _from_json(path: Path, annotator: str, at: str, findings: Findings) -> list[tuple[str, tuple[Mark, ...]]]:
    content = read_json(path, ANNOTATIONS_FORMAT, findings)
    try:
        return [(str(one["image"]), marks_of_entry(one, 0, annotator, at)) for one in content["images"]]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ImportFault(f"{path} is not as `export` writes it ({error}); export it again.") from error
