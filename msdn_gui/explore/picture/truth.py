"""What the data set and annotators know of an image: boxes, parts, and where an attribute is visible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import Box, PartPoint
from msdn_core.domain.attention import peak_regions, region_at
from msdn_core.domain.metrics import binarised, pointing_hits
from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.domain.explanation import Explanation
    from msdn_core.project import ImageRecord, Project


@dataclass(frozen=True, slots=True)
class Truth:
    """Known boxes and parts, in the upright image's pixels."""

    boxes: tuple[Box, ...] = ()
    parts: tuple[PartPoint, ...] = ()
    """The visible parts, as the data set gives them."""
    drawn: tuple[PartPoint, ...] = ()
    """Points that a person drew in Annotate; not used for any measurement."""
    attribute_points: tuple[tuple[float, float], ...] = ()
    """Parts of the selected attribute."""
    is_counted: bool = False
    """Whether the image's class has the selected attribute, so that it counts in the pointing game."""

    def near(self, point: tuple[float, float], reach: float) -> str:
        """Return the name of the nearest part within ``reach`` pixels, or an empty text."""
        found = [(abs(part.x - point[0]) + abs(part.y - point[1]), part.part) for part in (*self.parts, *self.drawn)]
        distance, name = min(found, default=(reach, ""))
        return name if distance < reach else ""


def attribute_hits(
    known: Truth, project: Project | None, record: ImageRecord | None, table: ClassTable, explanation: Explanation
) -> NDArray[np.int8]:
    """Return (K, 2) results of the pointing game, A→V and V→A: 1 for a hit, 0 for a miss, −1 if not counted.

    An attribute counts if the image's class has it, a part of it is visible, and the sub-net exists.
    """
    results = np.full((len(table.attributes), 2), -1, dtype=np.int8)
    row = table.class_index.get(record.class_name or "") if record is not None else None
    if project is None or row is None or not known.parts or len(explanation.scores_av) != len(results):
        return results
    try:
        names_of = project.group_parts()
    except MsdnError:
        return results
    has = binarised(table.vectors)[row]
    stacks = {"av": explanation.attention_av, "va": explanation.attention_va}
    peaks = {side: peak_regions(stack) for side, stack in stacks.items() if not explanation.sub_nets.absence(side)}
    for group, columns in table.groups.items():
        names = names_of.get(group, ())
        points = [(part.x, part.y) for part in known.parts if part.part in names]
        truth = true_regions(points, explanation.viewed, explanation.attention_av.shape[1:])
        counted = [column for column in columns if has[column]]
        if not len(truth) or not counted:
            continue
        for index, side in enumerate(stacks):
            if side in peaks:
                results[counted, index] = pointing_hits(peaks[side][counted], truth)
    return results


def true_regions(points: Sequence[tuple[float, float]], viewed: Box, grid: tuple[int, ...]) -> NDArray[np.float64]:
    """Return (T, 2) row and column of the regions of image points, without points the network did not view."""
    regions = [region_at(x, y, viewed, (grid[0], grid[1])) for x, y in points]
    return np.array([region for region in regions if region is not None], dtype=np.float64).reshape(-1, 2)


def read_truth(project: Project | None, record: ImageRecord | None) -> Truth:
    """Return the boxes and parts of an image from the data set and from Annotate."""
    if project is None or record is None:
        return Truth()
    try:
        box = project.box(record.id)
        marks = project.annotations.marks(record.id).values()
        boxes = [] if box is None else [box]
        boxes += [mark.place for mark in marks if not mark.is_point]
        parts = [part for part in project.parts(record.id) if part.visible]
    except MsdnError:
        return Truth()  # The image can be shown without them.
    drawn = (PartPoint(mark.subject, mark.place.x, mark.place.y) for mark in marks if mark.is_point)
    return Truth(tuple(boxes), tuple(parts), tuple(drawn))


def attribute_truth(
    known: Truth, project: Project | None, record: ImageRecord | None, table: ClassTable, attribute: int
) -> Truth:
    """Return what is known with the parts of an attribute, and whether the image's class has it."""
    if project is None or record is None or not known.parts or not 0 <= attribute < len(table.attributes):
        return known
    try:
        names = project.group_parts().get(table.attributes[attribute].group, ())
    except MsdnError:
        return known
    row = table.class_index.get(record.class_name or "")
    points = tuple((part.x, part.y) for part in known.parts if part.part in names)
    has = row is not None and bool(binarised(table.vectors)[row, attribute])
    return replace(known, attribute_points=points, is_counted=has)
