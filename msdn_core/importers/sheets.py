"""Sheets of classes: CSV as a spreadsheet saves it, and JSON; ``export classes`` writes both.

CSV: a line of headings, then one class per line. The columns ``class``, ``seen`` and ``description`` are found by name;
every other column is an attribute.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.attributes import Attribute, FloatArray
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.readers.cell_values import parse_number, parse_truth, shortened
from msdn_core.importers.readers.sheet_columns import CellError, number_columns, truth_column
from msdn_core.importers.readers.sheet_files import SheetRows, heading_key, read_sheet, refuse_workbook
from msdn_core.importers.readers.text_files import line_error, read_text
from msdn_core.safe_files import parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from msdn_core.importers.findings import Findings

CLASS, SEEN, DESCRIPTION = "class", "seen", "description"
CLASSES_FORMAT = "msdn-explorer classes"
_WORD = re.compile("[a-z]+")
_CLASS_KEYS = (CLASS, "class name", "classname")
_SEEN_KEYS = (SEEN, "is seen", "seen class", "seen?")
_UNSEEN_KEYS = ("unseen", "is unseen", "unseen class", "unseen?")


@dataclass(frozen=True, eq=False, slots=True)
class ClassSheet:
    """The content of a sheet of classes."""

    attributes: tuple[Attribute, ...]
    classes: tuple[str, ...]
    vectors: FloatArray
    """(M, K)"""
    seen: Mapping[str, bool] = field(default_factory=dict)
    """By class, if the sheet has it."""
    descriptions: Mapping[str, str] = field(default_factory=dict)
    group_parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_class_sheet(path: Path, findings: Findings) -> ClassSheet:
    """Read classes from a ``.csv`` or ``.json`` file.

    Raises
    ------
    ImportFault
        With the line, if it is not valid.
    """
    refuse_workbook(path)
    return _from_json(path, findings) if path.suffix.lower() == ".json" else _from_csv(path, findings)


def read_json(path: Path, kind: str, findings: Findings) -> dict[str, Any]:
    """Return the object in a JSON file of one of our formats; raise ImportFault if it is not one."""
    try:
        content = parse_json(read_text(path, findings))
    except ValueError as error:
        raise ImportFault(f"{path} is not a complete JSON file ({error}); export it again.") from error
    if not isinstance(content, dict) or content.get("format") != kind:
        raise ImportFault(f"{path} is not in the format “{kind}”; choose a file written by `export`.")
    if content.get("version") != 1:
        raise ImportFault(f"{path} was written by a newer version of MSDN Explorer; update the program to read it.")
    return content


def parse_attributes(names: Sequence[str], path: Path) -> tuple[Attribute, ...]:
    """Return attributes by their full names; raise ImportFault for an empty or repeated name."""
    count = Counter(names)
    for name in names:
        if not name.strip() or count[name] > 1:
            raise ImportFault(
                f"{path} has an attribute without a name, or “{name}” twice; give each attribute a different name."
            )
    return tuple(Attribute.parse(name) for name in names)


def _from_csv(path: Path, findings: Findings) -> ClassSheet:
    sheet = read_sheet(path, findings, _CLASS_KEYS)
    name_place = _class_column(sheet, findings)
    seen_place, extra = _seen_column(sheet, name_place, findings)
    description = next((place for place in sheet.find((DESCRIPTION,)) if place != name_place), None)
    others = {name_place, seen_place, description, *extra}
    places = [place for place in range(len(sheet.headings)) if place not in others]
    attributes = parse_attributes([sheet.headings[place] for place in places], path)
    if not attributes:
        raise ImportFault(f"{path} has no attributes in the first line; write “class”, then one attribute per column.")
    if not sheet.rows:
        raise ImportFault(f"{path} has no classes below the first line; write one class per line.")
    names = _class_names(sheet, name_place)
    try:
        columns = [sheet.column(place) for place in places]
        vectors = number_columns(columns, path.name, findings, default_marks=sheet.default_marks, words=True)
    except CellError as fault:
        line, cells = sheet.rows[fault.row]
        cell, name = shortened(cells[places[fault.column]]), attributes[fault.column].full_name
        raise line_error(path, line, f"has “{cell}” for {name}; {fault}") from fault
    seen = {} if seen_place is None else _seen_classes(sheet, seen_place, names, findings)
    texts = [""] * len(names) if description is None else sheet.column(description)
    descriptions = {name: text for name, text in zip(names, texts, strict=True) if text}
    return ClassSheet(attributes, names, vectors, seen, descriptions)


def _class_column(sheet: SheetRows, findings: Findings) -> int:
    """Return the place of the class names: the column ``class``, or the first one if it has names."""
    found = sheet.find(_CLASS_KEYS)
    if found:
        return found[0]
    path, key = sheet.path, heading_key(sheet.headings[0]) if sheet.headings else ""
    if key in (*_SEEN_KEYS, *_UNSEEN_KEYS, DESCRIPTION) or (sheet.rows and all(map(_is_number, sheet.column(0)))):
        raise ImportFault(f"{path} has no column “class” in the first line; write the heading above the class names.")
    if key:
        findings.add(f"{path.name}: the first column, “{shortened(sheet.headings[0])}”, was read as the class names.")
    return 0


def _seen_column(sheet: SheetRows, name_place: int, findings: Findings) -> tuple[int | None, list[int]]:
    """Return the place of the column that tells which classes are seen, and of others that say the same."""
    seen = [place for place in sheet.find(_SEEN_KEYS) if place != name_place]
    unseen = [place for place in sheet.find(_UNSEEN_KEYS) if place != name_place]
    if not seen:
        others = [name for place, name in enumerate(sheet.headings) if place != name_place and not unseen]
        similar = [name for name in others if {SEEN, "unseen"} & set(_WORD.findall(name.lower()))]
        if similar:
            findings.add(
                f"{sheet.path.name}: {named(similar)} was read as an attribute; if it tells which classes are seen, "
                "call it “seen” and import the sheet again."
            )
        return (unseen[0] if unseen else None), []
    chosen = seen[0]
    if len(seen) > 1:
        findings.add(
            f"{sheet.path.name}: “{sheet.headings[chosen]}” tells which classes are seen; "
            f"{named([sheet.headings[place] for place in seen[1:]])} was read as an attribute."
        )
    extra = [place for place in unseen if _is_opposite(sheet.column(chosen), sheet.column(place))]
    if extra:
        findings.add(f"{sheet.path.name}: the column “{sheet.headings[extra[0]]}” repeats “seen” and was left out.")
    return chosen, extra


def _is_opposite(first: list[str], second: list[str]) -> bool:
    pairs = [(parse_truth(a), parse_truth(b)) for a, b in zip(first, second, strict=True)]
    return all(a is not None and b is not None and a != b for a, b in pairs)


def _seen_classes(sheet: SheetRows, place: int, names: Sequence[str], findings: Findings) -> dict[str, bool]:
    """Return whether each class is seen, except those without a value."""
    heading, column = heading_key(sheet.headings[place]), sheet.column(place)
    words = {SEEN: "yes", "unseen": "no"}
    try:
        values = truth_column([words.get(cell.strip().casefold(), cell) for cell in column])
    except CellError as fault:
        line, cells = sheet.rows[fault.row]
        what = f"has “{shortened(cells[place])}” under {heading}; {fault}"
        raise line_error(sheet.path, line, what) from fault
    if heading in _UNSEEN_KEYS and not any(cell.strip().casefold() in words for cell in column):
        findings.add(f"{sheet.path.name}: the column “{sheet.headings[place]}” tells which classes are not seen.")
        values = [None if value is None else not value for value in values]
    without = [name for name, value in zip(names, values, strict=True) if value is None]
    if without:
        findings.add(
            f"{sheet.path.name}: {counted(len(without), 'class has', 'classes have')} no value under “{heading}” and "
            f"count as seen if there are images: {named(without)}."
        )
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _class_names(sheet: SheetRows, place: int) -> tuple[str, ...]:
    names: set[str] = set()
    for line, cells in sheet.rows:
        name = cells[place]
        if not name.strip():
            raise line_error(sheet.path, line, f"has no class under “{sheet.headings[place]}”; enter its name")
        if name in names:
            raise line_error(sheet.path, line, f"has the class “{name}” a second time; remove one of the two lines")
        names.add(name)
    return tuple(sheet.column(place))


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return True


def _from_json(path: Path, findings: Findings) -> ClassSheet:
    content = read_json(path, CLASSES_FORMAT, findings)
    try:
        attributes = parse_attributes([str(name) for name in content["attributes"]], path)
        entries = content["classes"]
        names = tuple(str(entry["name"]) for entry in entries)
        vectors = np.array([[float(value) for value in entry["vector"]] for entry in entries], np.float64)
        seen = {str(entry["name"]): _truth(entry["seen"]) for entry in entries}
        descriptions = {str(e["name"]): str(e["description"]) for e in entries if e.get("description")}
        parts = {str(group): tuple(map(str, names)) for group, names in content.get("group_parts", {}).items()}
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ImportFault(
            f"{path} does not contain classes as `export` writes them ({error!r}); export it again."
        ) from error
    if len(set(names)) != len(names) or not all(name.strip() for name in names) or not names:
        raise ImportFault(f"{path} has no classes, one without a name, or one name twice; export it again.")
    if vectors.shape != (len(names), len(attributes)) or not np.isfinite(vectors).all():
        raise ImportFault(
            f"{path}: the class vectors are not {len(attributes)} finite numbers each; correct it or export it again."
        )
    return ClassSheet(attributes, names, vectors, seen, descriptions, parts)


def _truth(value: Any) -> bool:
    """Return a JSON value as a truth value; raise ValueError if it is none: the text "no" is not true."""
    found = parse_truth(str(value))
    if found is None:
        raise ValueError(f"{value!r} is neither true nor false")
    return found
