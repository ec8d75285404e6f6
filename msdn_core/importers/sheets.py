"""Sheets of classes: CSV as a spreadsheet saves it, and JSON; ``export classes`` writes both.

CSV: a line of headings, ``class``, then optionally ``seen`` and ``description``, then one attribute per column; then
one class per line. Fields are separated by commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.attributes import Attribute, FloatArray
from msdn_core.errors import ImportFault
from msdn_core.importers.readers.text_files import finite_numbers, line_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SEEN, DESCRIPTION = "seen", "description"
CLASSES_FORMAT = "msdn-explorer classes"
MAX_BYTES = 1 << 28
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_YES, _NO = ("yes", "true", "1", "seen"), ("no", "false", "0", "unseen")


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


def read_class_sheet(path: Path) -> ClassSheet:
    """Read classes from a ``.csv`` or ``.json`` file; raise ImportFault, with the line, if it is not valid."""
    return _from_json(path) if path.suffix.lower() == ".json" else _from_csv(path)


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the fields of each line of a CSV file that is not blank.

    The delimiter is the most frequent one in the line of headings.

    Raises
    ------
    ImportFault
        If the file cannot be read or is not UTF-8 text, or a line cannot be split into fields.
    """
    text = read_text(path)
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader((line[0] for line in _LINE.finditer(text)), delimiter=delimiter, strict=True)
    try:
        for texts in reader:
            cells = [cell.strip() for cell in texts]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise line_error(
            path, reader.line_num, f"cannot be split into fields ({error}); save the sheet again"
        ) from error


def read_text(path: Path) -> str:
    """Return a text file of limited size; raise ImportFault if it cannot be read or is not UTF-8."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImportFault(f"The file {path} is larger than the limit of {MAX_BYTES >> 20} MiB; split it.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportFault(f"The file {path} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error


def read_json(path: Path, kind: str) -> dict[str, Any]:
    """Return the object in a JSON file of one of our formats; raise ImportFault if it is not one."""
    try:
        content = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
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


def _from_csv(path: Path) -> ClassSheet:
    lines = csv_rows(path)
    head = next(lines, (0, [""]))[1]
    start = 1
    extras = {}
    for name in (SEEN, DESCRIPTION):
        if start < len(head) and head[start].lower() == name:
            extras[name] = start
            start += 1
    attributes = parse_attributes(head[start:], path)
    if not attributes:
        raise ImportFault(f"{path} has no attributes in the first line; write “class”, then one attribute per column.")
    vectors: dict[str, list[float]] = {}
    seen: dict[str, bool] = {}
    descriptions: dict[str, str] = {}
    for line, cells in lines:
        name = cells[0]
        if len(cells) != len(head) or not name:
            raise line_error(
                path, line, f"has {len(cells)} fields or no class; the first line has {len(head)} headings"
            )
        if name in vectors:
            raise line_error(path, line, f"has the class “{name}” a second time; remove one of the two lines")
        numbers = _numbers(cells[start:])
        if numbers is None:
            invalid = next(i for i, cell in enumerate(cells[start:]) if _numbers([cell]) is None)
            raise line_error(
                path,
                line,
                f"has “{cells[start + invalid][:40]}” for {attributes[invalid].full_name}; enter a number",
            )
        vectors[name] = numbers
        if SEEN in extras:
            seen[name] = _yes_or_no(cells[extras[SEEN]], path, line)
        if DESCRIPTION in extras and cells[extras[DESCRIPTION]]:
            descriptions[name] = cells[extras[DESCRIPTION]]
    if not vectors:
        raise ImportFault(f"{path} has no classes below the first line; write one class per line.")
    return ClassSheet(attributes, tuple(vectors), np.array(list(vectors.values())), seen, descriptions)


def _numbers(cells: list[str]) -> list[float] | None:
    # Spreadsheets that separate fields by semicolons write decimal commas.
    return finite_numbers([cell.replace(",", ".") for cell in cells])


def _yes_or_no(text: str, path: Path, line: int) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise line_error(path, line, f"has “{text[:40]}” under seen; write yes or no")
    return text.lower() in _YES


def _from_json(path: Path) -> ClassSheet:
    content = read_json(path, CLASSES_FORMAT)
    try:
        attributes = parse_attributes([str(name) for name in content["attributes"]], path)
        entries = content["classes"]
        names = tuple(str(entry["name"]) for entry in entries)
        vectors = np.array([[float(value) for value in entry["vector"]] for entry in entries], np.float64)
        seen = {str(entry["name"]): bool(entry["seen"]) for entry in entries}
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
