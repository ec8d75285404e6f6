"""Sheets of classes and images, and word vectors: CSV for a spreadsheet, JSON for a program, ``.npy`` for vectors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.atomic import replacing, write_atomic
from msdn_core.csv_text import csv_text
from msdn_core.errors import ProjectError
from msdn_core.exporters.report import ExportReport
from msdn_core.exporters.selection import images_with_unique_names, require_table
from msdn_core.importers.image_sheets import ATTRIBUTE, BOX, CERTAINTY, MARK, MARK_FIELDS, PART, POINT_FIELDS
from msdn_core.importers.marks import ANNOTATIONS_FORMAT
from msdn_core.importers.sheets import CLASSES_FORMAT, DESCRIPTION, SEEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.domain.annotation import Mark, PartPoint
    from msdn_core.project import ImageRecord, Project


def export_classes(project: Project, file: Path) -> ExportReport:
    """Write the class table as CSV, or as JSON if the suffix is ``.json``; numbers keep all digits.

    Raises
    ------
    ProjectError
        If there are no classes.
    MsdnError
        If the file cannot be written.
    """
    table = require_table(project)
    names = [attribute.full_name for attribute in table.attributes]
    described = [(name, project.class_description(name)) for name in table.classes]
    rows = zip(described, table.seen.tolist(), table.vectors.tolist(), strict=True)
    if _is_json(file):
        content = {
            "attributes": names,
            "group_parts": {group: list(parts) for group, parts in project.group_parts().items()},
            "word_vector_source": project.word_vector_source(),
            "classes": [
                {"name": name, "seen": seen, "description": text, "vector": vector}
                for (name, text), seen, vector in rows
            ],
        }
        _write_json(file, CLASSES_FORMAT, content)
    else:
        lines = [[name, "yes" if seen else "no", text, *map(repr, vector)] for (name, text), seen, vector in rows]
        _write_csv(file, ["class", SEEN, DESCRIPTION, *names], lines)
    return ExportReport(file, {"classes": len(table.classes), "attributes": len(names)})


def export_annotations(project: Project, file: Path) -> ExportReport:
    """Write each image's class, split, box, parts, judgements and marks, as CSV or, by the suffix, JSON.

    The judgements are the effective ones: the latest by a person, or else the data set's.

    Raises
    ------
    ProjectError
        If two images have the same name.
    MsdnError
        If the file cannot be written.
    """
    images = images_with_unique_names(project)
    names = [attribute.full_name for attribute in project.table().attributes]
    marks: dict[int, list[Mark]] = {}
    for mark in project.annotations.all_marks().values():
        marks.setdefault(mark.image_id, []).append(mark)
    if _is_json(file):
        entries = [_entry(project, image, marks.get(image.id, ())) for image in images]
        _write_json(file, ANNOTATIONS_FORMAT, {"attributes": names, "images": entries})
    else:
        parts = project.part_names()
        judged = any(_judged(project, image.id) is not None for image in images)
        head = ["image", "class", "split", *BOX, *(f"{PART}{part} {what}" for part in parts for what in POINT_FIELDS)]
        head += [f"{kind}{name}" for kind in (ATTRIBUTE, CERTAINTY) for name in names] if judged else []
        most = max(map(len, marks.values()), default=0)
        head += [f"{MARK}{number} {what}" for number in range(1, most + 1) for what in MARK_FIELDS]
        lines = [_line(project, image, parts, len(names) if judged else 0) for image in images]
        for image, line in zip(images, lines, strict=True):
            cells = [str(value) for mark in marks.get(image.id, ()) for value in _mark(mark).values()]
            line += cells + [""] * (most * len(MARK_FIELDS) - len(cells))
        _write_csv(file, head, lines)
    return ExportReport(file, {"images": len(images)})


def export_word_vectors(project: Project, file: Path) -> ExportReport:
    """Write the (K, D) word vectors as ``.npy``, one row per attribute.

    Raises
    ------
    ProjectError
        If there are none.
    MsdnError
        If the file cannot be written.
    """
    words = project.word_vectors()
    if words is None:
        raise ProjectError(f"The project {project.path} has no word vectors to export; import some first.")
    with replacing(file) as temporary, temporary.open("wb") as stream:
        np.save(stream, words, allow_pickle=False)
    return ExportReport(file, {"attributes": len(words), "numbers": words.shape[1]})


def _entry(project: Project, image: ImageRecord, marks: Sequence[Mark]) -> dict[str, Any]:
    entry: dict[str, Any] = {"image": image.name, "class": image.class_name, "split": image.split.value}
    box, parts, judged = project.box(image.id), project.parts(image.id), _judged(project, image.id)
    if box is not None:
        entry["box"] = [box.x, box.y, box.width, box.height]
    if parts:
        entry["parts"] = {point.part: [point.x, point.y, point.visible] for point in parts}
    if judged is not None:
        entry["present"], entry["certainty"] = (values.tolist() for values in judged)
    if marks:
        entry["marks"] = [_mark(mark) for mark in marks]
    return entry


def _mark(mark: Mark) -> dict[str, Any]:
    box = mark.place
    values = (mark.subject, box.x, box.y, box.width, box.height, mark.annotator, mark.at)
    return dict(zip(MARK_FIELDS, values, strict=True))


def _line(project: Project, image: ImageRecord, parts: Sequence[str], judged: int) -> list[str]:
    box = project.box(image.id)
    points = {point.part: point for point in project.parts(image.id)}
    cells = [image.name, image.class_name or "", image.split.value]
    cells += ["", "", "", ""] if box is None else [repr(value) for value in (box.x, box.y, box.width, box.height)]
    for part in parts:
        cells += _point_cells(points.get(part))
    judgements = _judged(project, image.id) if judged else None
    if judgements is None:
        return cells + [""] * (2 * judged)
    return cells + [str(value) for values in judgements for value in values.tolist()]


def _judged(project: Project, image_id: int) -> tuple[NDArray[np.int8], NDArray[np.int8]] | None:
    """Return the effective (K,) presence and certainty, or None if the image has never been judged."""
    present, certainty = project.annotations.effective_judgements([image_id])
    judged = (present >= 0).any() or project.image_attributes(image_id) is not None
    return (present[0], certainty[0]) if judged else None


def _point_cells(point: PartPoint | None) -> list[str]:
    return ["", "", ""] if point is None else [repr(point.x), repr(point.y), str(int(point.visible))]


def _is_json(file: Path) -> bool:
    return file.suffix.lower() == ".json"


def _write_json(file: Path, kind: str, content: dict[str, Any]) -> None:
    text = json.dumps({"format": kind, "version": 1, **content}, ensure_ascii=False, allow_nan=False)
    write_atomic(file, text + "\n")


def _write_csv(file: Path, head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    write_atomic(file, csv_text([head, *lines]))
