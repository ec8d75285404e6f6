"""The entries of a COCO file's lists, each checked by itself: annotations, categories and images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msdn_core.importers.coco.files import id_text
from msdn_core.importers.mark_counts import Item
from msdn_core.importers.mark_places import finite_number

if TYPE_CHECKING:
    from msdn_core.importers.mark_places import Size

WHOLE_OBJECT = "object"
"""The category of a mark of the whole object."""
_CORNERS, _EXTENT = 0, 1
"""Detectron2's modes of boxes in pixels: two corners, or a corner with width and height as in COCO."""
PART = "part"
"""The supercategory of a part; a part may itself be called *object*."""


class Annotation:
    """An entry of the list of annotations, and what it contains."""

    def __init__(self, entry: Any, place: int) -> None:
        self.entry: dict[str, Any] = entry if isinstance(entry, dict) else {}
        number = id_text(self.entry.get("id"))
        self.where = f"annotation {number}" if number else f"annotation no. {place} of the list"
        who, when = self.entry.get("annotator"), self.entry.get("at")
        self.at = when if isinstance(when, str) else ""
        self.annotator = who if isinstance(who, str) and who.strip() else ""
        self.has_outline = self.entry.get("segmentation") not in (None, "", [], [[]], {})
        keypoints = self.entry.get("keypoints")
        self.keypoints = len(keypoints) // 3 if isinstance(keypoints, list) else 0
        self.points = _labelled(keypoints)
        box = self.entry.get("bbox")
        self.box = None if box in (None, []) else _box(box, self.entry.get("bbox_mode"))
        self.has_box = box not in (None, []) and not self._is_of_point()

    @property
    def is_rotated(self) -> bool:
        """Whether its box is turned, as CVAT can write it."""
        attributes = self.entry.get("attributes")
        inner = attributes.get("rotation") if isinstance(attributes, dict) else None
        return any(finite_number(angle) not in (None, 0.0) for angle in (self.entry.get("rotation"), inner))

    @property
    def is_own(self) -> bool:
        """Whether this program wrote it."""
        return bool(self.annotator and self.at)

    def items(self) -> list[Item]:
        """Return what there is to read."""
        items = [Item.BOX] * self.has_box + [Item.POINT] * len(self.points) + [Item.OUTLINE] * self.has_outline
        is_unlabelled = not items and isinstance(self.entry.get("keypoints"), list)
        has_image = bool(id_text(self.entry.get("image_id")))
        return items if (items or is_unlabelled) and has_image else [Item.ANNOTATION]

    def numbers(self) -> list[float]:
        """Return all coordinates that are finite."""
        points = (value for point in self.points if point.place is not None for value in point.place)
        return [*(self.box or ()), *points]

    def _is_of_point(self) -> bool:
        """Return whether the box has no extent and is where the only point is, as this program writes points."""
        return self.box is not None and len(self.points) == 1 and self.box == [*(self.points[0].place or ()), 0.0, 0.0]


@dataclass(frozen=True, slots=True)
class Keypoint:
    """A labelled keypoint of an annotation."""

    index: int | None
    """Its place in the category's names; None if that cannot be told."""
    place: tuple[float, float] | None
    """None without finite numbers."""


def _labelled(values: Any) -> list[Keypoint]:
    """Return the keypoints that are labelled; a list that is not of triples counts as one point."""
    if values in (None, []):
        return []
    if not isinstance(values, list) or len(values) % 3:
        return [Keypoint(None, None)]
    found = []
    for index in range(len(values) // 3):
        x, y, visible = map(finite_number, values[3 * index : 3 * index + 3])
        if visible != 0:
            valid = x is not None and y is not None and visible is not None and visible > 0
            found.append(Keypoint(index, (x, y) if valid and x is not None and y is not None else None))
    return found


def _box(values: Any, mode: Any) -> list[float] | None:
    """Return the left, top, width and height of a box as four finite numbers, or None."""
    numbers = [finite_number(value) for value in values] if isinstance(values, list) else []
    finite = [number for number in numbers if number is not None]
    if len(finite) != 4 or len(numbers) != 4 or mode not in (None, _CORNERS, _EXTENT):
        return None
    left, top, right, bottom = finite
    return [left, top, right - left, bottom - top] if mode == _CORNERS else finite


@dataclass(frozen=True, slots=True)
class Category:
    """What a category's boxes and keypoints show."""

    subject: str
    points: tuple[str, ...] | None
    """The names of its keypoints; empty where there is no valid one."""

    def name_of(self, point: Keypoint, count: int) -> str | None:
        """Return the part that a keypoint of ``count`` shows, or None."""
        if point.index is None:
            return None
        if self.points is None:
            return self.subject if count == 1 else None
        name = self.points[point.index] if count == len(self.points) else ""
        if not name:
            return None
        return self.subject if len(self.points) == 1 and self.subject == "" and name == WHOLE_OBJECT else name


@dataclass(frozen=True, slots=True)
class ListedImage:
    """An image in the file's list."""

    name: str
    size: Size | None


def read_category(category: Any) -> Category | None:
    """Return an entry of the list of categories, or None if it has no id or name."""
    if not isinstance(category, dict) or not isinstance(category.get("name"), str) or not id_text(category.get("id")):
        return None
    name, keypoints = category["name"], category.get("keypoints")
    is_whole = name == WHOLE_OBJECT and category.get("supercategory") != PART
    subject = "" if is_whole else name
    points = [one if isinstance(one, str) else "" for one in keypoints] if isinstance(keypoints, list) else []
    return Category(subject, tuple(points) or None) if name else None


def read_image(image: Any) -> ListedImage | None:
    """Return an entry of the list of images, or None if it has no id or file name."""
    # LVIS lists addresses, without names of files.
    name = image.get("file_name") or image.get("coco_url") if isinstance(image, dict) else None
    if not isinstance(name, str) or not name.strip() or not id_text(image.get("id")):
        return None
    width, height = finite_number(image.get("width")), finite_number(image.get("height"))
    return ListedImage(name, (width, height) if width and height and min(width, height) >= 1 else None)
