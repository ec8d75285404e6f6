"""Sheets of images: CSV and JSON, both written by ``export annotations``.

CSV: a line of headings, ``image``, ``class``, ``split``, then optionally a box (``box x``, ``box y``, ``box width``,
``box height``), parts (``part NAME x``, ``… y``, ``… visible``), judgements (``attribute NAME``, ``certainty NAME``),
and marks (``mark 1 x`` and so on, see ``marks``). Only ``image`` is required, and fields may be empty. Coordinates are
pixels of the upright image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.annotation import Box, Mark, PartPoint, Split
from msdn_core.errors import ImportFault
from msdn_core.importers.marks import ANNOTATIONS_FORMAT, mark_numbers, marks_of_entry, marks_of_row
from msdn_core.importers.readers.text_files import finite_numbers, line_error
from msdn_core.importers.sheets import csv_rows, read_json
from msdn_core.project import NewImage, is_plain_path
from msdn_core.project.annotations import timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from msdn_core.importers.dataset import Judgements

BOX = ("box x", "box y", "box width", "box height")
PART, ATTRIBUTE, CERTAINTY = "part ", "attribute ", "certainty "


@dataclass(frozen=True, eq=False, slots=True)
class Annotations:
    """The content of a sheet of images."""

    images: tuple[NewImage, ...]
    judgements: Judgements | None
    """One row per image, in the order of the requested attributes."""
    splits_given: bool
    """Whether the sheet has the splits of images."""
    marks: tuple[Mark, ...] = ()
    """Boxes and points by people; ``image_id`` is the index in ``images``. Without an annotator or a time in the
    sheet, these are the sheet's name and the present time."""


def read_annotations(path: Path, classes: Sequence[str], attributes: Sequence[str]) -> Annotations:
    """Read images from a ``.csv`` or ``.json`` file.

    Parameters
    ----------
    path
        The sheet.
    classes
        The class names that it may use.
    attributes
        The full names of the attributes that it may judge.

    Raises
    ------
    ImportFault
        For an invalid line, an unknown class, or a path that leads out of the folder of images.
    """
    if path.suffix.lower() == ".json":
        return _from_json(path, set(classes), attributes)
    lines = csv_rows(path)
    head = next(lines, (0, [""]))[1]
    if head[0] != "image" or len(set(head)) != len(head):
        raise ImportFault(
            f"{path} does not begin with the heading “image”, or has one heading twice; correct the first line."
        )
    column = {name: place for place, name in enumerate(head)}
    known, row_of = set(classes), {name: k for k, name in enumerate(attributes)}
    images: list[NewImage] = []
    seen: set[str] = set()
    present: list[np.ndarray] = []
    certainty: list[np.ndarray] = []
    parts = [name[len(PART) : -2] for name in head if name.startswith(PART) and name.endswith(" x")]
    judged = {kind: _columns_of(head, kind, row_of, path) for kind in (ATTRIBUTE, CERTAINTY)}
    numbers, at = mark_numbers(head), timestamp()
    marks: list[Mark] = []
    for line, cells in lines:
        if len(cells) != len(head):
            raise line_error(path, line, f"has {len(cells)} fields, and the first line has {len(head)} headings")
        row = {name: cells[place] for name, place in column.items()}
        try:
            image = NewImage(
                row["image"],
                row.get("class") or None,
                Split(row.get("split") or Split.NONE),
                _box([row.get(name, "") for name in BOX]),
                tuple(point for name in parts if (point := _part(name, row)) is not None),
            )
            marks += marks_of_row(row, numbers, len(images), path.stem, at)
            present.append(_judgements_of_row([(k, row[name]) for k, name in judged[ATTRIBUTE]], len(attributes), -1))
            certainty.append(_judgements_of_row([(k, row[name]) for k, name in judged[CERTAINTY]], len(attributes), 0))
        except (ValueError, KeyError) as error:
            raise line_error(path, line, f"is not valid ({error})") from error
        images.append(_checked(image, known, seen, f"{path}, line {line}"))
    judgements = (np.array(present, np.int8), np.array(certainty, np.int8)) if images and judged[ATTRIBUTE] else None
    return Annotations(tuple(images), judgements, "split" in column, tuple(marks))


def _from_json(path: Path, classes: set[str], attributes: Sequence[str]) -> Annotations:
    content = read_json(path, ANNOTATIONS_FORMAT)
    images: list[NewImage] = []
    seen: set[str] = set()
    marks: list[Mark] = []
    place, at = 0, timestamp()
    try:
        order = [str(name) for name in content["attributes"]]
        for place, entry in enumerate(content["images"], start=1):
            kind, box = entry.get("class"), entry.get("box")
            image = NewImage(
                str(entry["image"]),
                None if kind is None else str(kind),
                Split(entry.get("split") or Split.NONE),
                None if box is None else _box([str(value) for value in box]),
                tuple(_point(str(name), *point) for name, point in entry.get("parts", {}).items()),
            )
            marks += marks_of_entry(entry, len(images), path.stem, at)
            images.append(_checked(image, classes, seen, f"{path}, image {place}"))
        entries = content["images"]
        judgements = None
        if any("present" in entry for entry in entries):
            present, certainty = (
                np.array([_judgements(entry.get(key), len(order), default) for entry in entries], np.int8)
                for key, default in (("present", -1), ("certainty", 0))
            )
            if tuple(order) != tuple(attributes):
                raise ValueError("its attributes are not those of the sheet of classes")
            judgements = (present, certainty)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ImportFault(
            f"{path}, image {place}: the entry is not as `export` writes it ({error}); export it again."
        ) from error
    return Annotations(tuple(images), judgements, True, tuple(marks))


def _checked(image: NewImage, classes: set[str], seen: set[str], where: str) -> NewImage:
    if not is_plain_path(image.path):
        raise ImportFault(f"{where}: the path {image.path!a} leads out of the folder of images; correct the path.")
    if image.path in seen:
        raise ImportFault(f"{where}: the image {image.path} occurs a second time; remove one of the two.")
    if image.class_name is not None and image.class_name not in classes:
        raise ImportFault(f"{where}: there is no class “{image.class_name}” in the sheet of classes; add it there.")
    seen.add(image.path)
    return image


def _columns_of(head: Sequence[str], kind: str, row_of: Mapping[str, int], path: Path) -> list[tuple[int, str]]:
    found = [name for name in head if name.startswith(kind)]
    unknown = [name for name in found if name[len(kind) :] not in row_of]
    if unknown:
        raise ImportFault(f"{path} has a column “{unknown[0]}”, but no such attribute exists; correct the first line.")
    return [(row_of[name[len(kind) :]], name) for name in found]


def _judgements_of_row(cells: Sequence[tuple[int, str]], count: int, default: int) -> np.ndarray:
    values = [default] * count
    for k, text in cells:
        values[k] = int(text) if text else default
    return _judgements(values, count, default)


def _judgements(values: Any, count: int, default: int) -> np.ndarray:
    """Return (K,) whole numbers as int8, or the default for all of them if there are none."""
    if values is None:
        return np.full(count, default, np.int8)
    if len(values) != count or not all(isinstance(value, int) and -1 <= value <= 127 for value in values):
        raise ValueError(f"{count} judgements from -1 to 127 are expected")
    return np.array(values, np.int8)


def _box(texts: Sequence[str]) -> Box | None:
    if not any(texts):
        return None
    numbers = finite_numbers(list(texts))
    if numbers is None or len(numbers) != 4 or min(numbers[2:]) <= 0:
        raise ValueError("a box is four numbers with a width and a height above 0")
    return Box(*numbers)


def _part(name: str, row: Mapping[str, str]) -> PartPoint | None:
    x, y, visible = (row.get(f"{PART}{name} {what}", "") for what in ("x", "y", "visible"))
    if not x and not y:
        return None
    return _point(name, x, y, {"1": True, "": True, "0": False}[visible])


def _point(name: str, x: Any, y: Any, visible: Any = True) -> PartPoint:
    numbers = finite_numbers([str(x), str(y)])
    if numbers is None or not name:
        raise ValueError(f"a part has a name and two finite numbers, not {x!r} and {y!r}")
    return PartPoint(name, numbers[0], numbers[1], bool(visible))
