"""Rows of images in a CSV file: the columns that every reader of such a sheet shares, found by name in any case."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from msdn_core.domain.annotation import Box, Certainty, Mark, PartPoint, Split
from msdn_core.errors import ImportFault
from msdn_core.importers.readers.cell_values import CROSSES, FALSE_WORDS, TRUE_WORDS, is_gap, parse_number, shortened
from msdn_core.importers.readers.sheet_columns import CellError, number_columns, truth_column
from msdn_core.importers.readers.sheet_files import SheetRows, heading_key, read_sheet, say_unused
from msdn_core.importers.readers.text_files import line_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from msdn_core.domain.attributes import FloatArray
    from msdn_core.importers.findings import Findings

BOX = ("box x", "box y", "box width", "box height")
BOX_KIND, PART, ATTRIBUTE, CERTAINTY, MARK = "box", "part ", "attribute ", "certainty ", "mark "
POINT_FIELDS = ("x", "y", "visible")
MARK_FIELDS = ("of", "x", "y", "width", "height", "by", "at")
_IMAGE = ("image", "image name", "image path", "image file", "file name", "filename", "file path", "filepath", "path")
_PREFIXED = re.compile(r"(part|mark|attribute|certainty)[\s_]+(\S.*)", re.IGNORECASE | re.DOTALL)
_FIELD = re.compile(r"(.*\S)[\s_]+(\w+)", re.DOTALL)
_CLASS = ("class", "class name", "classname")
_BOX_KEY = re.compile(r"b?box (x|y|w|h|width|height)")
_BOX_FIELDS = {"w": "width", "h": "height"}
_PRESENCE_WORDS = {**dict.fromkeys(TRUE_WORDS, 1), **dict.fromkeys(FALSE_WORDS, 0), "present": 1, "absent": 0}
_CERTAINTY_WORDS = {one.name.casefold().replace("_", " "): int(one) for one in Certainty}
_SPLIT_WORDS = {
    **{split.value.replace("_", " "): split for split in Split},
    **dict.fromkeys(("training", "trainval"), Split.TRAIN),
}


@dataclass(frozen=True)
class ImageSheet:
    """A sheet of images, with its columns by what they contain."""

    rows: SheetRows
    image: int
    """The place of the column of images; the others are alike."""
    class_name: int | None
    split: int | None
    box: dict[str, int]
    """Place by field, of ``BOX``."""
    parts: dict[str, dict[str, int]]
    """Place by part and field."""
    marks: dict[str, dict[str, int]]
    """Place by number and field."""
    attributes: dict[str, int]
    """Place by what follows ``attribute`` in the heading."""
    certainties: dict[str, int]
    findings: Findings

    def names(self) -> list[str]:
        """Return the images."""
        return self.rows.column(self.image)

    def where(self, row: int) -> str:
        """Return the file and line of a row."""
        return f"{self.rows.path}, line {self.rows.rows[row][0]}"

    def fault(self, row: int, clause: str) -> ImportFault:
        """Return the error for a row; the clause continues “the line …”."""
        return line_error(self.rows.path, self.rows.rows[row][0], clause)

    def cell_fault(self, error: CellError, place: int) -> ImportFault:
        """Return the error for a cell below the heading at ``place``."""
        cell = shortened(self.rows.rows[error.row][1][place])
        return self.fault(error.row, f"has “{cell}” under “{self.rows.headings[place]}”; {error}")

    def classes(self) -> list[str]:
        """Return the class of each image as it is written."""
        return [""] * len(self.rows.rows) if self.class_name is None else self.rows.column(self.class_name)

    def splits(self) -> list[Split]:
        """Return the split of each image; raise ImportFault for an unknown word."""
        if self.split is None:
            return [Split.NONE] * len(self.rows.rows)
        found = []
        for row, cell in enumerate(self.rows.column(self.split)):
            split = Split.NONE if is_gap(cell) else _SPLIT_WORDS.get(re.sub(r"[\s_-]+", " ", cell.strip().casefold()))
            if split is None:
                raise self.fault(
                    row, f"has “{shortened(cell)}” under split; write {', '.join(Split)} or leave the cell empty"
                )
            found.append(split)
        return found

    def boxes(self) -> Iterator[Box | None]:
        """Yield the box of the object in each image; raise ImportFault if one is not valid."""
        for row in range(len(self.rows.rows)):
            numbers = [self._number(row, self.box.get(name)) for name in BOX]
            if all(math.isnan(number) for number in numbers):
                yield None
                continue
            if not all(map(math.isfinite, numbers)) or min(numbers[2:]) <= 0:
                raise self.fault(row, "has no valid box: four numbers with a width and a height above 0")
            yield Box(*numbers)

    def points(self) -> Iterator[tuple[PartPoint, ...]]:
        """Yield the parts of each image; raise ImportFault if one is not valid."""
        visible = {name: self.truths(places["visible"]) for name, places in self.parts.items() if places.get("visible")}
        for row in range(len(self.rows.rows)):
            found = []
            for name, places in self.parts.items():
                x, y = (self._number(row, places.get(field)) for field in ("x", "y"))
                if math.isnan(x) and math.isnan(y):
                    continue
                if math.isnan(x) or math.isnan(y):
                    raise self.fault(row, f"has only one of x and y for the part “{shortened(name)}”")
                # A point without a word about it is visible.
                found.append(PartPoint(name, x, y, visible[name][row] is not False if name in visible else True))
            yield tuple(found)

    def image_marks(self, row: int, image: int, annotator: str, at: str) -> Iterator[Mark]:
        """Yield the marks in a row, for the image of that index; raise ImportFault if one is not valid."""
        cells = self.rows.rows[row][1]
        for number, places in self.marks.items():
            values = [self._number(row, places.get(field)) for field in ("x", "y", "width", "height")]
            of, by, when = (_name(cells, places.get(field)) for field in ("of", "by", "at"))
            if not of and all(map(math.isnan, values)):
                continue
            place = mark_place([0.0 if math.isnan(value) else value for value in values])
            if place is None or math.isnan(values[0]) or math.isnan(values[1]):
                raise self.fault(row, f"has no valid mark {number}: x, y, and a width and a height of at least 0")
            yield Mark(
                image,
                of,
                place,
                by if by.strip() else annotator,
                when or at,
            )

    def presences(self, place: int) -> list[int]:
        """Return a column of judgements: 1, 0, or −1 without one; raise ImportFault if one is not valid."""
        column = self.rows.column(place)
        filled = {cell.strip().casefold() for cell in column if not is_gap(cell)}
        crossed = bool(filled) and filled <= CROSSES
        # Who makes crosses may not have looked at the other images, so an empty cell is no judgement here either.
        return self._whole_numbers(place, -1, 1, -1, dict.fromkeys(filled, 1) if crossed else _PRESENCE_WORDS)

    def certainties_of(self, place: int) -> list[int]:
        """Return a column of certainties, 0 without one; raise ImportFault if one is not valid."""
        return self._whole_numbers(place, -1, 127, 0, _CERTAINTY_WORDS)

    def _whole_numbers(self, place: int, low: int, high: int, gap: int, words: Mapping[str, int]) -> list[int]:
        column = self.rows.column(place)
        known: dict[str, int] = {}
        for text in set(column):
            word = text.strip().casefold()
            try:
                value = gap if is_gap(text) else words[word] if word in words else parse_number(text)
            except ValueError:
                value = math.nan
            if not low <= value <= high or value != int(value):
                what = f"write a whole number from {low} to {high}, or nothing"
                raise self.cell_fault(CellError(column.index(text), 0, what), place)
            known[text] = int(value)
        return [known[text] for text in column]

    def truths(self, place: int) -> list[bool | None]:
        """Return a column of truth values; raise ImportFault if one is not valid."""
        try:
            return truth_column(self.rows.column(place))
        except CellError as error:
            raise self.cell_fault(error, place) from error

    def _number(self, row: int, place: int | None) -> float:
        return math.nan if place is None else float(self._numbers[0][row, self._numbers[1][place]])

    @cached_property
    def _numbers(self) -> tuple[FloatArray, dict[int, int]]:
        """The numbers of all columns of coordinates, NaN where a cell is empty, and the column of each place."""
        places = [*self.box.values()]
        places += [one[field] for one in self.parts.values() for field in ("x", "y") if field in one]
        places += [one[field] for one in self.marks.values() for field in ("x", "y", "width", "height") if field in one]
        try:
            numbers = number_columns(
                [self.rows.column(place) for place in places],
                self.rows.path.name,
                self.findings,
                default_marks=self.rows.default_marks,
                gaps=True,
            )
        except CellError as error:
            raise self.cell_fault(error, places[error.column]) from error
        return numbers, {place: column for column, place in enumerate(places)}


def read_image_sheet(path: Path, findings: Findings) -> ImageSheet:
    """Read the rows of a sheet of images, and find its columns; columns of other kinds are a finding.

    Raises
    ------
    ImportFault
        If there is no column of images, or two columns have one heading.
    """
    rows = read_sheet(path, findings, _IMAGE)
    sheet = ImageSheet(rows, _image_column(rows, findings), None, None, {}, {}, {}, {}, {}, findings)
    unknown = []
    taken: dict[tuple[str, ...], int] = {}
    for place, name in enumerate(rows.headings):
        role = ("image",) if place == sheet.image else _role(name)
        if role and role in taken:
            raise ImportFault(f"{path} has the heading “{shortened(name)}” twice; correct the first line.")
        if role:
            taken[role] = place
        else:
            unknown.append(place)
    say_unused(rows, unknown, findings)
    for (kind, *rest), place in taken.items():
        if kind == BOX_KIND:
            sheet.box[rest[0]] = place
        elif kind in (PART, MARK):
            (sheet.parts if kind == PART else sheet.marks).setdefault(rest[0], {})[rest[1]] = place
        elif kind in (ATTRIBUTE, CERTAINTY):
            (sheet.attributes if kind == ATTRIBUTE else sheet.certainties)[rest[0]] = place
    return replace(sheet, class_name=taken.get(("class",)), split=taken.get(("split",)))


def _image_column(rows: SheetRows, findings: Findings) -> int:
    found = next((places for key in _IMAGE if (places := rows.find((key,)))), None)
    if found is None:
        raise ImportFault(f"{rows.path} has no column “image” in the first line; write it above the paths of images.")
    name = rows.headings[found[0]]
    if heading_key(name) != _IMAGE[0]:
        findings.add(f"{rows.path.name}: the column “{shortened(name)}” was read as the images.")
    return found[0]


def _role(heading: str) -> tuple[str, ...]:
    """Return what a column contains: its kind, then the subject and field if the kind has them; empty if unknown."""
    key = heading_key(heading)
    if key in _CLASS:
        return ("class",)
    if key == "split":
        return ("split",)
    if found := _BOX_KEY.fullmatch(key):
        return (BOX_KIND, f"box {_BOX_FIELDS.get(found[1], found[1])}")
    for kind, fields in ((PART, POINT_FIELDS), (MARK, MARK_FIELDS), (ATTRIBUTE, ()), (CERTAINTY, ())):
        if heading.startswith(kind) and heading[len(kind) :].strip():
            # As it was exported: a name keeps its spaces.
            rest, field = heading[len(kind) :], next((one for one in fields if heading.endswith(f" {one}")), "")
            if not fields:
                return (kind, rest)
            if field and (name := rest[: -len(field) - 1]).strip():
                return (kind, name, field)
    found = _PREFIXED.fullmatch(heading)
    if found is None:
        return ()
    kind, rest = f"{found[1].casefold()} ", found[2]
    if kind in (ATTRIBUTE, CERTAINTY):
        return (kind, rest)
    parts = _FIELD.fullmatch(rest)
    if parts is None or parts[2].casefold() not in (POINT_FIELDS if kind == PART else MARK_FIELDS):
        return ()
    return (kind, parts[1], parts[2].casefold())


def _name(cells: Sequence[str], place: int | None) -> str:
    """Return a cell, empty if it is what pandas writes for an empty one; other words of gaps may be names."""
    return "" if place is None or cells[place] in ("nan", "NaN") else cells[place]


def mark_place(numbers: list[float]) -> Box | None:
    """Return x, y, width and height as the place of a mark, or None if they are not one."""
    return Box(*numbers) if len(numbers) == 4 and min(numbers[2:]) >= 0 else None
