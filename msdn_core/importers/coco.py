"""Boxes and points of a project's images from a COCO file; nothing in the file is trusted."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from msdn_core.domain.annotation import Box, Mark
from msdn_core.domain.wording import counted
from msdn_core.errors import ImportFault
from msdn_core.importers.findings import Findings
from msdn_core.importers.image_names import join_images

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.project import Project

_MOST_BYTES = 512 << 20
WHOLE_OBJECT = "object"
"""The category of a mark of the whole object."""


def marks_from_coco(path: Path, project: Project, annotator: str, at: str) -> tuple[list[Mark], tuple[str, ...]]:
    """Read a file's boxes and points without storing them; return them, and findings in sentences.

    Images are joined by name, or by an end of only one name. Annotations without ``annotator`` and ``at`` get the
    given ones.

    Raises
    ------
    ImportFault
        If the file cannot be read, is not COCO, or names none of the project's images.
    """
    content = _content(path)
    findings = Findings()
    images = _images(path, content, project, findings)
    categories = {
        one.get("id"): one["name"] for one in _list(content, "categories") if isinstance(one.get("name"), str)
    }
    marks, invalid = [], 0
    for one in _list(content, "annotations"):
        if one.get("image_id") not in images:
            continue
        place, name = _place(one), categories.get(one.get("category_id"))
        if place is None or name is None:
            invalid += 1
            continue
        who, when = one.get("annotator"), one.get("at")
        marks.append(
            Mark(
                images[one["image_id"]],
                "" if name == WHOLE_OBJECT else name,
                place,
                who if isinstance(who, str) and who.strip() else annotator,
                when if isinstance(when, str) and when else at,
            )
        )
    if invalid:
        what = counted(invalid, "annotation", "annotations")
        findings.add(f"{what} left out, without a valid box, point or category.")
    return marks, findings.sentences()


def _content(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ImportFault(f"The file {path} is larger than the limit of {_MOST_BYTES >> 20} MiB; split it.")
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error
    except (ValueError, RecursionError) as error:
        raise ImportFault(f"The file {path} is not a JSON text; choose a COCO file.") from error
    if not isinstance(content, dict) or not isinstance(content.get("annotations"), list):
        raise ImportFault(f"The file {path} has no list of annotations; choose a COCO file of boxes or keypoints.")
    return content


def _list(content: dict[str, Any], name: str) -> list[dict[Any, Any]]:
    found = content.get(name)
    # An id may be any JSON value; only values that can be keys of a dict can be found.
    usable = (int, str, float, type(None))
    return [
        one
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict) and all(isinstance(one.get(key), usable) for key in ("id", "image_id", "category_id"))
    ]


def _images(path: Path, content: dict[str, Any], project: Project, findings: Findings) -> dict[Any, int]:
    listed = [one for one in _list(content, "images") if isinstance(one.get("file_name"), str)]
    ids = join_images(path, [str(one["file_name"]) for one in listed], project, findings)
    return {one.get("id"): ids[str(one["file_name"])] for one in listed if str(one["file_name"]) in ids}


def _place(one: dict[Any, Any]) -> Box | None:
    box, points = _numbers(one.get("bbox"), 4), _numbers(one.get("keypoints"), 3)
    if points is not None and (box is None or box[2:] == [0, 0]):
        return Box(points[0], points[1], 0.0, 0.0)
    return Box(*box) if box is not None and min(box[2:]) >= 0 else None


def _numbers(values: Any, count: int) -> list[float] | None:
    """Return the finite numbers of a list of that length, or None."""
    if not isinstance(values, list) or len(values) != count:
        return None
    valid = all(isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one) for one in values)
    return [float(one) for one in values] if valid else None
