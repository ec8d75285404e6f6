"""Boxes and points as a COCO file, which ``importers.coco`` can read."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from msdn_core.atomic import write_atomic
from msdn_core.errors import ImageError
from msdn_core.importers.coco import WHOLE_OBJECT
from msdn_core.vision.images import image_size

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from msdn_core.domain.annotation import Mark
    from msdn_core.project import ImageRecord, Project


def write_coco(project: Project, path: Path) -> int:
    """Write all marks and the images that have them, and return the number of marks.

    A box is an annotation with ``bbox`` [x, y, width, height] in pixels; a point has a ``bbox`` without extent and
    ``keypoints`` [x, y, 2]. Both have ``annotator`` and ``at``. The size of an image that cannot be opened is left
    out.

    Raises
    ------
    MsdnError
        If the file cannot be written.
    """
    marks = project.annotations.all_marks()
    records = {image.id: image for image in project.images()}
    names = sorted({mark.subject for mark in marks.values()})
    category = {name: number for number, name in enumerate(names, start=1)}
    content = {
        "info": {"description": f"Boxes and points of {project.name}"},
        "images": [_image(records[number]) for number in dict.fromkeys(mark.image_id for mark in marks.values())],
        "categories": [_category(category[name], name, marks.values()) for name in names],
        "annotations": [_annotation(number, mark, category[mark.subject]) for number, mark in marks.items()],
    }
    write_atomic(path, json.dumps(content, ensure_ascii=False, indent=1))
    return len(marks)


def _image(record: ImageRecord) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": record.id, "file_name": record.name}
    with contextlib.suppress(ImageError):
        entry["width"], entry["height"] = image_size(record.path)
    return entry


def _category(number: int, name: str, marks: Iterable[Mark]) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": number, "name": name or WHOLE_OBJECT, "supercategory": "part" if name else ""}
    if any(mark.subject == name and mark.is_point for mark in marks):
        entry |= {"keypoints": [name or WHOLE_OBJECT], "skeleton": []}
    return entry


def _annotation(number: int, mark: Mark, category: int) -> dict[str, Any]:
    box = mark.place
    entry: dict[str, Any] = {
        "id": number,
        "image_id": mark.image_id,
        "category_id": category,
        "bbox": [box.x, box.y, box.width, box.height],
        "area": box.width * box.height,
        "iscrowd": 0,
        "annotator": mark.annotator,
        "at": mark.at,
    }
    if mark.is_point:
        entry |= {"keypoints": [box.x, box.y, 2], "num_keypoints": 1}
    return entry
