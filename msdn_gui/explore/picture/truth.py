"""What is known of an image beside what the network says: boxes, parts, and where an attribute is to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.annotation import Box, PartPoint
from msdn_core.domain.attention import peak_regions, region_at
from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.explanation import Explanation
from msdn_core.domain.metrics import binarised, pointing_hits
from msdn_core.errors import MsdnError
from msdn_core.project import ImageRecord, Project


@dataclass(frozen=True, slots=True)
class Truth:
    """In the upright image's pixels."""

    boxes: tuple[Box, ...] = ()
    parts: tuple[PartPoint, ...] = ()
    """The parts that are to be seen, as the data set gives them."""
    drawn: tuple[PartPoint, ...] = ()
    """Points that a person drew in Annotate; no measure goes by them."""
    places: tuple[tuple[float, float], ...] = ()
    """Those of the chosen attribute's parts."""
    counts: bool = False
    """Whether the image's class has the chosen attribute: the pointing game counts no other."""

    def near(self, point: tuple[float, float], reach: float) -> str:
        """The name of the nearest part within ``reach`` pixels, empty where there is none."""
        found = [(abs(part.x - point[0]) + abs(part.y - point[1]), part.part) for part in (*self.parts, *self.drawn)]
        distance, name = min(found, default=(reach, ""))
        return name if distance < reach else ""


def attribute_hits(
    known: Truth, project: Project | None, record: ImageRecord | None, table: ClassTable, explanation: Explanation
) -> NDArray[np.int8]:
    """(K, 2) the pointing game of one image, A→V and V→A: 1 a hit, 0 a miss, −1 where it is not played.

    It is played where the image's class has the attribute, a part of it is to be seen, and there is such a sub-net.
    """
    played = np.full((len(table.attributes), 2), -1, dtype=np.int8)
    row = table.class_index.get(record.class_name or "") if record is not None else None
    if project is None or row is None or not known.parts or len(explanation.scores_av) != len(played):
        return played
    try:
        names_of = project.group_parts()
    except MsdnError:
        return played
    has = binarised(table.vectors)[row]
    stacks = {"av": explanation.attention_av, "va": explanation.attention_va}
    peaks = {side: peak_regions(stack) for side, stack in stacks.items() if not explanation.sub_nets.absence(side)}
    for group, columns in table.groups.items():
        names = names_of.get(group, ())
        places = [(part.x, part.y) for part in known.parts if part.part in names]
        truth = true_regions(places, explanation.viewed, explanation.attention_av.shape[1:])
        of_group = [column for column in columns if has[column]]
        if not len(truth) or not of_group:
            continue
        for place, side in enumerate(stacks):
            if side in peaks:
                played[of_group, place] = pointing_hits(peaks[side][of_group], truth)
    return played


def true_regions(places: Sequence[tuple[float, float]], viewed: Box, grid: tuple[int, ...]) -> NDArray[np.float64]:
    """(T, 2) row and column of the regions that image points lie in, without those that were not viewed."""
    regions = [region_at(x, y, viewed, (grid[0], grid[1])) for x, y in places]
    return np.array([region for region in regions if region is not None], dtype=np.float64).reshape(-1, 2)


def known_truth(project: Project | None, record: ImageRecord | None) -> Truth:
    """What the data set, or a person in Annotate, says of an image, before an attribute is asked about."""
    if project is None or record is None:
        return Truth()
    try:
        box = project.box(record.id)
        marks = project.annotations.marks(record.id).values()
        boxes = [] if box is None else [box]
        boxes += [mark.place for mark in marks if not mark.is_point]
        parts = [part for part in project.parts(record.id) if part.visible]
    except MsdnError:
        return Truth()  # A mark that is missing is no reason to show no image.
    drawn = (PartPoint(mark.subject, mark.place.x, mark.place.y) for mark in marks if mark.is_point)
    return Truth(tuple(boxes), tuple(parts), tuple(drawn))


def truth_of(
    known: Truth, project: Project | None, record: ImageRecord | None, table: ClassTable, attribute: int
) -> Truth:
    """The same with the places of an attribute's parts, and whether the image's class has the attribute."""
    if project is None or record is None or not known.parts or not 0 <= attribute < len(table.attributes):
        return known
    try:
        names = project.group_parts().get(table.attributes[attribute].group, ())
    except MsdnError:
        return known
    row = table.class_index.get(record.class_name or "")
    places = tuple((part.x, part.y) for part in known.parts if part.part in names)
    has = row is not None and bool(binarised(table.vectors)[row, attribute])
    return replace(known, places=places, counts=has)
