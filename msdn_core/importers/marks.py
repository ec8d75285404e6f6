"""Marks (boxes and points by people) in sheets of images and COCO files.

In a CSV sheet the columns of an image's n-th mark are ``mark n of`` (a part, an attribute group, or nothing for the
whole object), ``mark n x``, ``… y``, ``… width``, ``… height``, ``… by`` and ``… at``; in a JSON sheet ``marks`` is a
list of such entries. A mark without width and height is a point. A mark with annotator and time was drawn in this
program, so it is not checked against the picture.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from msdn_core.domain.annotation import Box, Mark
from msdn_core.domain.wording import counted
from msdn_core.errors import ImportFault
from msdn_core.importers.coco import EXPECTED, marks_from_content, read_json_file
from msdn_core.importers.findings import Findings
from msdn_core.importers.image_names import join_images
from msdn_core.importers.image_sheets import read_image_sheet
from msdn_core.importers.mark_counts import EMPTY, OTHER_IMAGE, Item, MarkCounts
from msdn_core.importers.mark_places import CUT, OUTSIDE, PictureSizes, cut_to
from msdn_core.importers.mark_subjects import completed, spelled_as, subjects_of
from msdn_core.importers.readers.sheet_files import SHEET_SUFFIXES, refuse_workbook
from msdn_core.importers.readers.text_files import finite_numbers
from msdn_core.importers.sheets import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from msdn_core.project import Project

ANNOTATIONS_FORMAT = "msdn-explorer annotations"


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
        Sentences: what was left out, changed or assumed.

    Raises
    ------
    ImportFault
        If the file cannot be read or is not valid, or names none of the project's images.
    """
    findings = Findings()
    refuse_workbook(path)
    if path.suffix.lower() in SHEET_SUFFIXES:
        return _on_pictures(path, _from_csv(path, findings), project, annotator, at, findings)
    content = read_json_file(path)
    if isinstance(content, dict) and content.get("format") == ANNOTATIONS_FORMAT:
        return _on_pictures(path, _from_json(path, findings), project, annotator, at, findings)
    return marks_from_content(path, content, project, annotator, at)


def without_present(marks: Sequence[Mark], project: Project) -> tuple[list[Mark], tuple[str, ...]]:
    """Return the marks that the project does not have yet, and a finding if it has some: a file may be read twice."""
    present = Counter(project.annotations.all_marks().values())
    new = []
    for mark in marks:
        if present[mark] > 0:
            present[mark] -= 1
        else:
            new.append(mark)
    same = len(marks) - len(new)
    if not same:
        return new, ()
    what = counted(same, "box or point", "boxes and points")
    return new, (f"{what} left out, which this project already has from the same annotator and time.",)


def _on_pictures(
    path: Path,
    by_image: Sequence[tuple[str, tuple[Mark, ...]]],
    project: Project,
    annotator: str,
    at: str,
    findings: Findings,
) -> tuple[list[Mark], tuple[str, ...]]:
    """Return the marks of a sheet on the images that it names, cut at their edges."""
    counts, sizes = MarkCounts(), PictureSizes()
    ids = join_images(path, dict.fromkeys(name for name, _ in by_image), project, findings)
    records = {record.id: record for record in project.images()}
    marks = []
    for name, mark in ((name, mark) for name, marks in by_image for mark in marks):
        record = records[ids[name]] if name in ids else None
        if fitted := _fitted(mark, name, None if record is None else record.path, sizes, counts):
            marks.append(replace(fitted, image_id=ids[name]))
    counts.report(path.name, findings)
    return completed(spelled_as(subjects_of(project), marks, findings), annotator, at), findings.sentences()


def fit_to_pictures(
    marks: Sequence[Mark], names: Sequence[str], pictures: Sequence[Path | None], file: str, findings: Findings
) -> list[Mark]:
    """Return the marks of a sheet whose pictures exist, cut at their edges.

    Parameters
    ----------
    marks
        Marks by index of the image; annotator and time are empty if the sheet has none.
    names, pictures
        The names of the images, and their files, None where there is none.
    file
        The sheet's name in findings.
    findings
        Receives what was left out and changed.
    """
    counts, sizes = MarkCounts(), PictureSizes()
    fitted = [_fitted(mark, names[mark.image_id], pictures[mark.image_id], sizes, counts) for mark in marks]
    counts.report(file, findings)
    return [mark for mark in fitted if mark is not None]


def _fitted(mark: Mark, name: str, picture: Path | None, sizes: PictureSizes, counts: MarkCounts) -> Mark | None:
    """Return a mark cut at the edge of its picture, or None if it is left out; count it."""
    item, where, place = Item.POINT if mark.is_point else Item.BOX, f"“{name}”", mark.place
    reason = ""
    inside: Box | None = place
    if picture is None:
        reason = OTHER_IMAGE
    elif not (mark.annotator and mark.at):
        size = sizes.of(picture)
        if not mark.is_point and min(place.width, place.height) == 0:
            reason = EMPTY
        elif size is not None:
            inside = cut_to(place, size)
            reason = OUTSIDE if inside is None else ""
    if reason or inside is None:
        counts.leave_out(item, reason, where)
        return None
    counts.read(item, where, () if inside is place else (CUT,))
    return replace(mark, place=inside)


def marks_of_entry(entry: Mapping[str, Any], image: int, annotator: str, at: str) -> tuple[Mark, ...]:
    """Return the marks of an image in a JSON sheet; raise ValueError, TypeError or KeyError if one is not valid."""
    return tuple(_mark(dict(one), image, annotator, at) for one in entry.get("marks", ()))


def _mark(one: Mapping[str, Any], image: int, annotator: str, at: str) -> Mark:
    corner = [str(one[field]) for field in ("x", "y")]
    numbers = finite_numbers([*corner, *(str(one.get(field) or 0.0) for field in ("width", "height"))])
    if numbers is None or min(numbers[2:]) < 0:
        raise ValueError("a mark is four numbers with a width and a height of at least 0")
    who, when = str(one.get("by") or ""), str(one.get("at") or "")
    return Mark(image, str(one.get("of") or ""), Box(*numbers), who if who.strip() else annotator, when or at)


def _from_csv(path: Path, findings: Findings) -> list[tuple[str, tuple[Mark, ...]]]:
    sheet = read_image_sheet(path, findings)
    if not sheet.marks:
        raise ImportFault(
            f"{path} lacks the headings “image”, “mark 1 x”, “mark 1 y” and so on; correct the first line, or "
            f"{EXPECTED}."
        )
    return [(name, tuple(sheet.image_marks(row, 0, "", ""))) for row, name in enumerate(sheet.names())]


def _from_json(path: Path, findings: Findings) -> list[tuple[str, tuple[Mark, ...]]]:
    content = read_json(path, ANNOTATIONS_FORMAT, findings)
    try:
        return [(str(one["image"]), marks_of_entry(one, 0, "", "")) for one in content["images"]]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ImportFault(f"{path} is not as `export` writes it ({error}); export it again.") from error
