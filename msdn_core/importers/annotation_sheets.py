"""Sheets of images: CSV and JSON, both written by ``export annotations``.

CSV: a line of headings, then one image per line. The columns are found by name, in any order: ``image``, ``class``,
``split``, a box (``box x``, ``box y``, ``box width``, ``box height``), parts (``part NAME x``, ``… y``, ``… visible``),
judgements (``attribute NAME``, ``certainty NAME``), and marks (``mark 1 x`` and so on, see ``marks``). Only ``image``
is required, and fields may be empty. Coordinates are pixels of the upright image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.annotation import Box, Mark, PartPoint, Split
from msdn_core.domain.name_matching import match_words
from msdn_core.domain.name_spellings import leads_out
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.image_sheets import ATTRIBUTE, CERTAINTY, ImageSheet, read_image_sheet
from msdn_core.importers.marks import ANNOTATIONS_FORMAT, marks_of_entry
from msdn_core.importers.readers.cell_values import is_gap, parse_truth
from msdn_core.importers.readers.sheet_files import refuse_workbook
from msdn_core.importers.readers.text_files import finite_numbers
from msdn_core.importers.sheets import read_json
from msdn_core.project import NewImage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from msdn_core.importers.dataset import Judgements
    from msdn_core.importers.findings import Findings


@dataclass(frozen=True, eq=False, slots=True)
class Annotations:
    """The content of a sheet of images."""

    images: tuple[NewImage, ...]
    judgements: Judgements | None
    """One row per image, in the order of the requested attributes."""
    splits_given: bool
    """Whether the sheet has the splits of images."""
    marks: tuple[Mark, ...] = ()
    """Boxes and points by people; ``image_id`` is the index in ``images``. Annotator and time are empty if
    the sheet has none."""


def read_annotations(path: Path, classes: Sequence[str], attributes: Sequence[str], findings: Findings) -> Annotations:
    """Read images from a ``.csv`` or ``.json`` file.

    Parameters
    ----------
    path
        The sheet.
    classes
        The class names that it may use.
    attributes
        The full names of the attributes that it may judge.
    findings
        Receives what was assumed, changed or left out.

    Raises
    ------
    ImportFault
        For an invalid line, an unknown class, or a path that leads out of the folder of images.
    """
    refuse_workbook(path)
    if path.suffix.lower() == ".json":
        return _from_json(path, set(classes), attributes, findings)
    return _from_csv(path, classes, attributes, findings)


def _from_csv(path: Path, classes: Sequence[str], attributes: Sequence[str], findings: Findings) -> Annotations:
    sheet = read_image_sheet(path, findings)
    rows = range(len(sheet.rows.rows))
    class_names = _known_classes(sheet, classes, findings)
    images: list[NewImage] = []
    marks: list[Mark] = []
    known, seen = set(classes), set[str]()
    columns = zip(sheet.names(), class_names, sheet.splits(), sheet.boxes(), sheet.points(), strict=True)
    for row, (name, class_name, split, box, parts) in enumerate(columns):
        image = NewImage(name, class_name, split, box, parts)
        images.append(_checked(image, known, seen, sheet.where(row)))
    for row in rows:
        marks += sheet.image_marks(row, row, "", "")
    present = _judged(sheet, sheet.attributes, attributes, ATTRIBUTE)
    certainty = _judged(sheet, sheet.certainties, attributes, CERTAINTY)
    unjudged = (present < 0) & (certainty > 0)
    if unjudged.any():
        what = counted(int(unjudged.sum()), "certainty was", "certainties were")
        findings.add(f"{path.name}: {what} left out, of attributes without a judgement.")
        certainty[unjudged] = 0
    judgements = (present, certainty) if images and sheet.attributes else None
    return Annotations(tuple(images), judgements, sheet.split is not None, tuple(marks))


def _known_classes(sheet: ImageSheet, classes: Sequence[str], findings: Findings) -> list[str | None]:
    """Return the class of each image as the sheet of classes spells it, or as it is if it is unknown."""
    names = sheet.classes()
    known = set(classes)
    found = match_words((name for name in names if name not in known and not is_gap(name)), classes)
    if found.matched:
        what = counted(len(found.matched), "class is", "classes are")
        names_text = named(list(found.matched))
        findings.add(f"{sheet.rows.path.name}: {what} spelled differently in the sheet of classes: {names_text}.")
    spelled = {name: classes[place] for name, place in found.matched.items()}
    return [name if name in known else None if is_gap(name) else spelled.get(name, name) for name in names]


def _judged(sheet: ImageSheet, places: Mapping[str, int], attributes: Sequence[str], kind: str) -> np.ndarray:
    """Return the (N, K) presences or certainties of the judged attributes."""
    default = -1 if kind == ATTRIBUTE else 0
    values = np.full((len(sheet.rows.rows), len(attributes)), default, np.int8)
    found = match_words(places, attributes, one_to_one=True)
    for name in places:
        if name not in found.matched:
            raise ImportFault(
                f"{sheet.rows.path} has a column “{kind}{name}”, but no such attribute exists; correct the first line."
            )
        read = sheet.presences if kind == ATTRIBUTE else sheet.certainties_of
        values[:, found.matched[name]] = read(places[name])
    return values


def _from_json(path: Path, classes: set[str], attributes: Sequence[str], findings: Findings) -> Annotations:
    content = read_json(path, ANNOTATIONS_FORMAT, findings)
    images: list[NewImage] = []
    seen: set[str] = set()
    marks: list[Mark] = []
    place = 0
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
            marks += marks_of_entry(entry, len(images), "", "")
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
    if not image.path.strip():
        raise ImportFault(f"{where}: there is no image in this line; enter its path.")
    # Any other path is only compared with those of the files that exist.
    if leads_out(image.path):
        raise ImportFault(f"{where}: the path {image.path!a} leads out of the folder of images; correct the path.")
    if image.path in seen:
        raise ImportFault(f"{where}: the image {image.path} occurs a second time; remove one of the two.")
    if image.class_name is not None and image.class_name not in classes:
        raise ImportFault(f"{where}: there is no class “{image.class_name}” in the sheet of classes; add it there.")
    seen.add(image.path)
    return image


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


def _point(name: str, x: Any, y: Any, visible: Any = True) -> PartPoint:
    numbers = finite_numbers([str(x), str(y)])
    if numbers is None or not name:
        raise ValueError(f"a part has a name and two finite numbers, not {x!r} and {y!r}")
    is_visible = parse_truth(str(visible))
    if is_visible is None:
        raise ValueError(f"a part is visible or not, not {visible!r}")
    return PartPoint(name, numbers[0], numbers[1], is_visible)
