"""Boxes and points of a project's images from a COCO file; nothing in the file is trusted.

Every box, labelled keypoint and outline (polygon or mask) of the file is read, changed or left out, and counted. An
annotation with ``annotator`` and ``at`` was written by this program, so its mark is not checked against the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from msdn_core.domain.annotation import Box, Mark
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.coco.entries import (
    Annotation,
    Category,
    ListedImage,
    read_category,
    read_image,
)
from msdn_core.importers.coco.files import CocoFile, IdTable, coco_lists, id_text, read_json_file
from msdn_core.importers.findings import Findings
from msdn_core.importers.image_names import join_images
from msdn_core.importers.mark_counts import EMPTY, OTHER_IMAGE, Item, MarkCounts
from msdn_core.importers.mark_places import (
    CUT,
    OUTSIDE,
    PictureSizes,
    Size,
    cut_to,
    finite_number,
    scale_between,
    scaled,
)
from msdn_core.importers.mark_subjects import completed, spelled_as, subjects_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from msdn_core.project import ImageRecord, Project

_MALFORMED = "not as COCO defines them"
_REPEATED = "the same annotation as one before"
_CROWD = "for a crowd of objects (iscrowd)"
_NO_IMAGE = "of an image that is not in the file's list"
_SHARED_IMAGE = "of an id that several images of the file share"
_OTHER_SHAPE = "of an image that has other proportions in the file"
_NO_CATEGORY = "without a known category"
_SHARED_CATEGORY = "of an id that several categories share"
_OUTLINE = "since polygons and masks are not read"
_NO_NUMBERS = "without finite numbers"
_NO_NAME = "since their category does not name each point"
_UPRIGHT = "read without the rotation"
_SCALED = "scaled to the size of the picture"


def marks_from_coco(path: Path, project: Project, annotator: str, at: str) -> tuple[list[Mark], tuple[str, ...]]:
    """Read a file's boxes and points without storing them; return them, and findings in sentences.

    A keypoint becomes a point of the part that its category names; keypoints that are not labelled (v = 0) are no part
    of the file's content. Images are joined by name. Annotations without ``annotator`` and ``at`` get the given ones.

    Raises
    ------
    ImportFault
        If the file cannot be read, is not COCO, or names none of the project's images.
    """
    return marks_from_content(path, read_json_file(path), project, annotator, at)


def marks_from_content(
    path: Path, content: Any, project: Project, annotator: str, at: str
) -> tuple[list[Mark], tuple[str, ...]]:
    """Return the same from the content of the file."""
    file, findings = coco_lists(path, content), Findings()
    annotations = [Annotation(entry, place) for place, entry in enumerate(file.annotations, start=1)]
    _refuse_shares(path, annotations)
    reader = _Reader(path, file, project, findings)
    marks = [replace(mark, annotator=one.annotator, at=one.at) for one in annotations for mark in reader.marks_of(one)]
    reader.report(annotator)
    return completed(spelled_as(subjects_of(project), marks, findings), annotator, at), findings.sentences()


def _refuse_shares(path: Path, annotations: list[Annotation]) -> None:
    """Raise ImportFault if all coordinates are evidently shares of the picture."""
    numbers = [number for one in annotations if not one.is_own for number in one.numbers()]
    if numbers and all(0 <= number <= 1 for number in numbers) and not all(map(float.is_integer, numbers)):
        raise ImportFault(
            f"All boxes and points in {path} lie between 0 and 1, so they are shares of the picture and not pixels; "
            "export them in pixels."
        )


@dataclass(frozen=True, slots=True)
class _Picture:
    record: ImageRecord
    size: Size | None
    """None if the file cannot be opened."""
    scale: Size | None
    """From the size in the COCO file to that of the picture; None if their proportions differ."""


class _Reader:
    """Turns annotations into marks and counts what becomes of them."""

    def __init__(self, path: Path, file: CocoFile, project: Project, findings: Findings) -> None:
        self._file, self._findings = path.name, findings
        self._counts, self._sizes = MarkCounts(), PictureSizes()
        self._annotation_ids: dict[str, dict[str, Any]] = {}
        self._repeated_ids = self._scores = self._outlines_beside = 0
        self._misfits: dict[str, None] = {}
        self._unreadable: dict[str, None] = {}
        categories = [(one["id"], category) for one in file.categories if (category := read_category(one))]
        self._categories = IdTable(categories)
        listed = [(one["id"], image) for one in file.images if (image := read_image(one))]
        self._unnamed = (len(file.images) - len(listed), len(file.categories) - len(categories))
        self._images = IdTable(listed)
        records = {record.id: record for record in project.images()}
        ids = join_images(path, [image.name for _, image in listed], project, findings)
        self._records = {name: records[number] for name, number in ids.items()}
        self._pictures: dict[ListedImage, _Picture] = {}

    def marks_of(self, one: Annotation) -> Iterator[Mark]:
        """Yield the marks of an annotation; their annotator and time are not set."""
        items = one.items()
        reason, picture, category = (_MALFORMED, None, None) if items == [Item.ANNOTATION] else self._joined(one)
        if reason or picture is None or category is None:
            for item in items:
                self._counts.leave_out(item, reason, one.where)
            return
        where = f"{one.where} of “{picture.record.name}”"
        self._scores += finite_number(one.entry.get("score")) is not None
        if one.has_outline:
            self._counts.leave_out(Item.OUTLINE, _OUTLINE, where)
            self._outlines_beside += one.has_box
        if one.has_box:
            yield from self._mark(Item.BOX, category.subject, self._box(one), picture, one, where)
        for point in one.points:
            name = category.name_of(point, one.keypoints)
            if name is None:
                self._counts.leave_out(Item.POINT, _NO_NAME, where)
            else:
                place: Box | str = _NO_NUMBERS if point.place is None else Box(*point.place, 0.0, 0.0)
                yield from self._mark(Item.POINT, name, place, picture, one, where)

    def report(self, annotator: str) -> None:
        """Add the findings about all annotations."""
        add = self._findings.add
        for number, nouns in zip(self._unnamed, (("image", "images"), ("category", "categories")), strict=True):
            if number:
                add(f"{counted(number, *nouns)} in {self._file} left out, without an id or a name.")
        for what, table in (("images", self._images), ("categories", self._categories)):
            if shared := table.shared():
                add(f"Several {what} share an id, which joins nothing then: {named(shared)}.")
        joined = len(self._images.joined_by_text) + len(self._categories.joined_by_text)
        if joined:
            ids = counted(joined, "id was", "ids were")
            add(f"{ids} taken for the same as a text and as a number (as “7” and 7 would be).")
        self._counts.report(self._file, self._findings)
        if self._outlines_beside:
            add(f"{counted(self._outlines_beside, 'box was', 'boxes were')} read without the outline beside it.")
        if self._misfits:
            add(f"Other proportions in {self._file} than in the picture: {named(list(self._misfits))}.")
        if self._unreadable:
            images = counted(len(self._unreadable), "image", "images")
            add(f"{images} cannot be opened, so the size in the file was not checked: {named(list(self._unreadable))}.")
        if self._repeated_ids:
            add(
                f"{counted(self._repeated_ids, 'annotation has', 'annotations have')} the id of another; all were read."
            )
        if self._scores:
            scored = counted(self._scores, "annotation has a score", "annotations have a score")
            add(f"{scored}, as results of a detector have; they count as marks by {annotator}.")

    def _joined(self, one: Annotation) -> tuple[str, _Picture | None, Category | None]:
        """Return why an annotation is left out, or an empty text, with its picture and category."""
        if self._is_repeated(one):
            return _REPEATED, None, None
        images = self._images.find(one.entry.get("image_id"))
        if len(images) != 1:
            return _SHARED_IMAGE if images else _NO_IMAGE, None, None
        if images[0].name not in self._records:
            return OTHER_IMAGE, None, None
        if one.entry.get("iscrowd") in (1, "1"):
            return _CROWD, None, None
        categories = self._categories.find(one.entry.get("category_id"))
        if len(categories) != 1:
            return _SHARED_CATEGORY if categories else _NO_CATEGORY, None, None
        picture = self._picture(images[0])
        return "" if picture.scale is not None else _OTHER_SHAPE, picture, categories[0]

    def _is_repeated(self, one: Annotation) -> bool:
        number = id_text(one.entry.get("id"))
        if not number:
            return False
        first = self._annotation_ids.setdefault(number, one.entry)
        if first is one.entry:
            return False
        is_same = first == one.entry
        self._repeated_ids += not is_same
        return is_same

    def _picture(self, image: ListedImage) -> _Picture:
        if image not in self._pictures:
            record = self._records[image.name]
            size = self._sizes.of(record.path)
            if image.size is not None and size is None:
                self._unreadable[record.name] = None
            scale: Size | None = (1.0, 1.0)
            if image.size is not None and size is not None:
                scale = scale_between(image.size, size)
                if scale is None:
                    own, other = (f"{width:g} × {height:g}" for width, height in (size, image.size))
                    self._misfits[f"{record.name} ({other}, not {own})"] = None
            self._pictures[image] = _Picture(record, size, scale)
        return self._pictures[image]

    @staticmethod
    def _box(one: Annotation) -> Box | str:
        """Return an annotation's box, or why it is left out."""
        if one.box is None:
            return _NO_NUMBERS
        least = min(one.box[2:])
        return Box(*one.box) if least > 0 or (least == 0 and one.is_own) else EMPTY

    def _mark(
        self, item: Item, subject: str, place: Box | str, picture: _Picture, one: Annotation, where: str
    ) -> Iterator[Mark]:
        """Yield the mark of a box or point, fitted to the picture, or count it as left out."""
        changes = (_UPRIGHT,) if item is Item.BOX and one.is_rotated else ()
        if isinstance(place, Box) and picture.scale is not None and picture.scale != (1.0, 1.0):
            place, changes = scaled(place, picture.scale), (*changes, _SCALED)
        if isinstance(place, Box) and picture.size is not None and not one.is_own:
            inside = cut_to(place, picture.size)
            if inside is not None and inside is not place:
                changes = (*changes, CUT)
            place = OUTSIDE if inside is None else inside
        if isinstance(place, str):
            self._counts.leave_out(item, place, where)
            return
        self._counts.read(item, where, changes)
        yield Mark(picture.record.id, subject, place, "", "")
