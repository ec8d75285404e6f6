"""Where the attributes of images can be seen: parts that the data set marks, boxes and points that people drew.

No torch here. Letters: K attributes, R = H·W regions of the square that the network views.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import Box
from msdn_core.domain.metrics import binarised
from msdn_core.errors import ImageError
from msdn_core.vision.images import image_size
from msdn_core.vision.transform import viewed_box

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.project import ImageRecord, Project

DATA_SET, DRAWN_POINT, DRAWN_BOX = "parts of the data set", "drawn points", "drawn boxes"

_WITHIN = 1
"""A region counts if it is within so many regions of a true one, as in the pointing game."""


@dataclass(frozen=True, eq=False, slots=True)
class MarkedImage:
    """The marked attributes of an image that its class has."""

    columns: NDArray[np.int64]
    """(k,) columns of the class table, ascending."""
    inside: NDArray[np.bool_]
    """(k, R) whether a region, counted row by row, is within one of a true place of the attribute."""
    marks: Mapping[str, int]
    """How many marks these places come from, by ``DATA_SET``, ``DRAWN_POINT`` and ``DRAWN_BOX``."""


@dataclass(frozen=True, slots=True)
class _Mark:
    subject: str
    place: Box
    source: str


def columns_of_subjects(table: ClassTable, group_parts: Mapping[str, Sequence[str]]) -> dict[str, NDArray[np.int64]]:
    """Return the columns of the attributes that a mark shows, by its subject: a part, a group, or an attribute.

    A part shows the attributes of the groups that can be seen there, as in the pointing game.
    """
    found: dict[str, set[int]] = {}
    for group, columns in table.groups.items():
        for subject in (group, *group_parts.get(group, ())):
            if subject:
                found.setdefault(subject, set()).update(columns)
    for column, attribute in enumerate(table.attributes):
        found.setdefault(attribute.full_name, set()).add(column)
    return {subject: np.array(sorted(columns), np.int64) for subject, columns in found.items()}


def marked_images(
    project: Project, images: Sequence[ImageRecord], table: ClassTable, grid: tuple[int, int]
) -> list[MarkedImage | None]:
    """Return the marked attributes of each image; None without any that its class has.

    Whether a class has an attribute is decided as in the pointing game (``binarised``). Marks of a whole object show no
    attribute. An attribute whose places reach every region is left out, since nothing can be learned from it. Marks of
    an image whose file is missing are unknown, as is its size.
    """
    columns_of = columns_of_subjects(table, project.group_parts())
    present = dict(zip(table.classes, binarised(table.vectors), strict=True))
    marks = _marks(project, images)
    found: list[MarkedImage | None] = []
    for image in images:
        has = present.get(image.class_name or "")
        own = [mark for mark in marks.get(image.id, ()) if mark.subject in columns_of]
        found.append(_marked_image(image, own, columns_of, has, grid) if own and has is not None else None)
    return found


def _marks(project: Project, images: Sequence[ImageRecord]) -> dict[int, list[_Mark]]:
    """Return the visible parts and the drawn marks by image."""
    found: dict[int, list[_Mark]] = {}
    names, points = project.part_names(), project.part_points([image.id for image in images])
    for row, column in np.argwhere(~np.isnan(points).any(axis=2)).tolist():
        x, y = points[row, column].tolist()
        found.setdefault(images[row].id, []).append(_Mark(names[column], Box(x, y, 0, 0), DATA_SET))
    for mark in project.annotations.all_marks().values():
        source = DRAWN_POINT if mark.is_point else DRAWN_BOX
        found.setdefault(mark.image_id, []).append(_Mark(mark.subject, mark.place, source))
    return found


def _marked_image(
    image: ImageRecord,
    marks: Sequence[_Mark],
    columns_of: Mapping[str, NDArray[np.int64]],
    present: NDArray[np.bool_],
    grid: tuple[int, int],
) -> MarkedImage | None:
    try:
        view = viewed_box(*image_size(image.path))
    except ImageError:
        return None
    inside = np.zeros((len(present), *grid), np.bool_)
    used: list[tuple[_Mark, NDArray[np.int64]]] = []
    for mark in marks:
        columns = columns_of[mark.subject][present[columns_of[mark.subject]]]
        regions = touched_regions(mark.place, view, grid)
        if regions is not None and len(columns):
            rows, across = (slice(max(0, part.start - _WITHIN), part.stop + _WITHIN) for part in regions)
            inside[columns, rows, across] = True
            used.append((mark, columns))
    flat = inside.reshape(len(present), -1)
    usable = np.asarray(flat.any(axis=1) & ~flat.all(axis=1))
    if not usable.any():
        return None
    counted = Counter(mark.source for mark, columns in used if usable[columns].any())
    return MarkedImage(np.flatnonzero(usable).astype(np.int64), flat[usable], counted)


def touched_regions(place: Box, view: Box, grid: tuple[int, int]) -> tuple[slice, slice] | None:
    """Return the rows and columns of the regions that a box or a point touches; None outside the viewed square."""
    found = []
    sides = ((place.y, place.height, view.y, view.height), (place.x, place.width, view.x, view.width))
    for (start, length, origin, extent), count in zip(sides, grid, strict=True):
        first, end = ((edge - origin) / extent * count for edge in (start, start + length))
        if first >= count or end < 0 or (length > 0 and end == 0):
            return None
        low = max(0, int(np.floor(first)))
        found.append(slice(low, max(low + 1, min(count, int(np.ceil(end))))))
    return found[0], found[1]
