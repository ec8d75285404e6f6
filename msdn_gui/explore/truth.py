"""What is known of an image beside what the network says: boxes, parts, and where an attribute is to be seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from msdn_core.domain.annotation import Box, PartPoint
from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.metrics import binarised
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
