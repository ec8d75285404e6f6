"""Boxes and points as a COCO file, which ``importers.coco`` can read."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from msdn_core.atomic import write_atomic
from msdn_core.domain.wording import counted, named
from msdn_core.exporters.report import ExportReport
from msdn_core.importers.coco import PART, WHOLE_OBJECT
from msdn_core.importers.mark_places import PictureSizes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from msdn_core.domain.annotation import Mark
    from msdn_core.project import ImageRecord, Project


def write_coco(project: Project, path: Path) -> ExportReport:
    """Write all marks and the images that have them.

    Each mark is an annotation with ``annotator`` and ``at``, in a category of what it shows, in the order of drawing.
    A box has ``bbox`` [x, y, width, height] in pixels; a point has a ``bbox`` without extent and ``keypoints``
    [x, y, 2], which the category names. The size of an image that cannot be opened is left out.

    Raises
    ------
    MsdnError
        If the file cannot be written.
    """
    marks = project.annotations.all_marks()
    records = {image.id: image for image in project.images()}
    marked = [records[number] for number in dict.fromkeys(mark.image_id for mark in marks.values())]
    subjects = sorted({mark.subject for mark in marks.values()})
    category = {subject: number for number, subject in enumerate(subjects, start=1)}
    with_points = {mark.subject for mark in marks.values() if mark.is_point}
    sizes = PictureSizes()
    content = {
        "info": {"description": f"Boxes and points of {project.name}"},
        "images": [_image(record, sizes) for record in marked],
        "categories": [_category(category[name], name, name in with_points) for name in subjects],
        "annotations": [_annotation(number, mark, category[mark.subject]) for number, mark in marks.items()],
    }
    write_atomic(path, json.dumps(content, ensure_ascii=False, indent=1))
    counts = {"boxes and points": len(marks), "images": len(marked)}
    return ExportReport(path, counts, tuple(_findings(project, marked, sizes)))


def _findings(project: Project, marked: Sequence[ImageRecord], sizes: PictureSizes) -> Iterator[str]:
    unsized = [record.name for record in marked if sizes.of(record.path) is None]
    if unsized:
        images = counted(len(unsized), "image", "images")
        yield f"{images} cannot be opened, and the file has no size of them: {named(unsized)}."
    count = Counter(image.name for image in project.images())
    shared = [name for name in dict.fromkeys(record.name for record in marked) if count[name] > 1]
    if shared:
        what = counted(len(shared), "name belongs", "names belong")
        yield f"{what} to several images of different folders, so their marks cannot be told apart: {named(shared)}."


def _image(record: ImageRecord, sizes: PictureSizes) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": record.id, "file_name": record.name}
    size = sizes.of(record.path)
    return entry if size is None else entry | {"width": size[0], "height": size[1]}


def _category(number: int, subject: str, has_points: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": number, "name": subject or WHOLE_OBJECT, "supercategory": PART if subject else ""}
    return entry | {"keypoints": [entry["name"]], "skeleton": []} if has_points else entry


def _annotation(number: int, mark: Mark, category: int) -> dict[str, Any]:
    box = mark.place
    entry: dict[str, Any] = {
        "id": number,
        "image_id": mark.image_id,
        "category_id": category,
        "bbox": [box.x, box.y, box.width, box.height],
        # Other programs need the field, and CVAT, too, writes it empty for a box.
        "segmentation": [],
        "area": box.width * box.height,
        "iscrowd": 0,
        "annotator": mark.annotator,
        "at": mark.at,
    }
    if mark.is_point:
        entry |= {"keypoints": [box.x, box.y, 2], "num_keypoints": 1}
    return entry
