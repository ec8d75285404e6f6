"""Sheets as CSV files: rows of text under headings, as spreadsheets and programs save them."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.csv_text import unprotect_formula
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.readers.cell_values import shortened
from msdn_core.importers.readers.text_files import line_error, read_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from msdn_core.importers.findings import Findings

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_SEPARATOR = re.compile(r'"?sep=(.)"?[ \t,;]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
"""The first line by which Excel is told the delimiter."""
SHEET_SUFFIXES = (".csv", ".tsv")
_DELIMITERS = ",;\t|"
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers")
_SAMPLE_RECORDS, _SAMPLE_LETTERS = 50, 1 << 18
_INDEX = ("index", "level 0", "id", "#", "no", "no.", "nr", "nr.", "row")
_MOST_BYTES, _MOST_CELLS = 1 << 27, 30_000_000
_CELLS_OF_ROW = 10
"""The memory of a row beside that of its cells, in cells."""
_UNNAMED = re.compile(r"unnamed: \d+(?:\.\d+)?", re.ASCII)

Row = tuple[int, list[str]]
"""The number of the row's first line, and its cells."""


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of a sheet; each has as many cells as there are headings."""

    path: Path
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    default_marks: str
    """What to take for the decimal marks where no number shows them, see ``number_columns``."""

    def column(self, place: int) -> list[str]:
        """Return the cells below a heading."""
        return [cells[place] for _, cells in self.rows]

    def find(self, keys: Collection[str]) -> list[int]:
        """Return the places of the headings that are one of these words, see ``heading_key``."""
        return [place for place, name in enumerate(self.headings) if heading_key(name) in keys]


def heading_key(text: str) -> str:
    """Return a heading in lower case, with single spaces for white space and underscores."""
    return " ".join(text.replace("_", " ").casefold().split())


def refuse_workbook(path: Path) -> None:
    """Raise ImportFault for a workbook, by its suffix."""
    if path.suffix.lower() in _WORKBOOKS:
        raise ImportFault(f"The file {path} is a workbook; save its sheet as CSV (UTF-8) and choose that file.")


def read_sheet(path: Path, findings: Findings, keys: Collection[str]) -> SheetRows:
    """Read a sheet with a line of headings.

    The delimiter is named by a first line ``sep=;``, or else the one of comma, semicolon, tab and ``|`` that divides
    the first rows most evenly. Blank lines, and columns with neither a heading nor a value, are no part of the sheet.
    A first column that numbers the rows is left out with a finding.

    Parameters
    ----------
    path
        The file.
    findings
        Receives what was assumed or left out.
    keys
        What the most important heading may be called, see ``heading_key``.

    Raises
    ------
    ImportFault
        If the file cannot be read, or a line cannot be split into fields or has values without a heading.
    """
    refuse_workbook(path)
    text = read_text(path, findings, _MOST_BYTES)
    first = _SEPARATOR.match(text)
    delimiter = first[1] if first else _delimiter(text, keys)
    records = _records(path, text, first.end() if first else 0, delimiter)
    _, headings = next(records, (0, []))
    rows, cells_left = [], _MOST_CELLS
    for row in records:
        rows.append(row)
        cells_left -= len(row[1]) + _CELLS_OF_ROW
        if cells_left < 0:
            raise ImportFault(f"The file {path} has more than {_MOST_CELLS:,} cells; split it.")
    width = max((place + 1 for place, name in enumerate(headings) if name.strip()), default=0)
    used = [bool(name.strip()) for name in headings]
    for line, cells in rows:
        for place, cell in enumerate(cells):
            if cell.strip() and (place >= len(used) or not used[place]):
                if place == 0:
                    used[0] = True
                    continue
                what = f"{len(_trimmed(cells))} fields, and “{shortened(cell)}” in column {place + 1} has no heading"
                raise line_error(path, line, f"has {what}; correct the line or the first one")
    kept = [place for place in range(width) if used[place]]
    if kept and kept[0] == 0 and _is_index(headings, rows, keys):
        findings.add(f"{path.name}: the first column, which numbers the rows, was left out.")
        kept = kept[1:]
    names = tuple(headings[place] for place in kept)
    # Spreadsheets use semicolons where the comma separates decimals, and there the point separates thousands.
    marks = ".," if delimiter == ";" else ""
    filled = tuple((line, [cells[k] if k < len(cells) else "" for k in kept]) for line, cells in rows)
    return SheetRows(path, names, filled, marks)


def _lines(text: str, start: int) -> Iterator[str]:
    return (line[0] for line in _LINE.finditer(text, start))


def _records(path: Path, text: str, start: int, delimiter: str) -> Iterator[Row]:
    """Yield the records that are not blank; cells in quotes keep spaces at their ends."""
    consumed: list[str] = []

    def lines() -> Iterator[str]:
        for line in _lines(text, start):
            consumed.append(line)
            yield line

    first = before = 1 if start else 0
    reader = csv.reader(lines(), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        for cells in reader:
            if any(cell != cell.strip() for cell in cells):
                quoted = _are_quoted("".join(consumed), delimiter)
                cells = [c if is_quoted else c.strip() for c, is_quoted in zip(cells, quoted, strict=False)]
            if any(cell.strip() for cell in cells):
                yield before + 1, [unprotect_formula(cell) if cell[:1] == "'" else cell for cell in cells]
            before = first + reader.line_num
            consumed.clear()
    except csv.Error as error:
        raise line_error(path, before + 1, f"cannot be split into fields ({error}); save the sheet again") from error


def _are_quoted(record: str, delimiter: str) -> Iterator[bool]:
    """Yield whether each field of a record is in quotes."""
    place = 0
    while place <= len(record):
        while record[place : place + 1] == " ":
            place += 1
        is_quoted = record[place : place + 1] == '"'
        if is_quoted:
            place = record.find('"', place + 1)
            while place >= 0 and record[place + 1 : place + 2] == '"':
                place = record.find('"', place + 2)
        yield is_quoted
        end = record.find(delimiter, place) if place >= 0 else -1
        if end < 0:
            return
        place = end + 1


def _delimiter(text: str, keys: Collection[str]) -> str:
    """Return the delimiter that gives the expected heading and rows as wide as the first one."""
    sample = text[:_SAMPLE_LETTERS]
    return max(_DELIMITERS, key=lambda delimiter: _fit(sample, len(sample) < len(text), delimiter, keys))


def _fit(sample: str, is_cut: bool, delimiter: str, keys: Collection[str]) -> tuple[bool, float, int]:
    records: list[list[str]] = []
    try:
        for cells in csv.reader(_lines(sample, 0), delimiter=delimiter, skipinitialspace=True):
            if any(cell.strip() for cell in cells):
                records.append(_trimmed(cells))
            if len(records) > _SAMPLE_RECORDS:
                break
    except csv.Error:
        pass
    if is_cut and 1 < len(records) <= _SAMPLE_RECORDS:
        records.pop()
    if not records:
        return False, 0.0, 0
    head, *rows = records
    # A row may lack cells at its end, but has none without a heading.
    even = sum(1.0 if len(cells) == len(head) else 0.5 if len(cells) < len(head) else 0.0 for cells in rows)
    return any(heading_key(name) in keys for name in head), even / len(rows) if rows else 1.0, len(head)


def _trimmed(cells: list[str]) -> list[str]:
    width = max(place + 1 for place, cell in enumerate(cells) if cell.strip())
    return cells[:width]


def _is_index(headings: list[str], rows: Iterable[Row], keys: Collection[str]) -> bool:
    """Return whether the first column numbers the rows, as pandas and R write it."""
    name, numbers = heading_key(headings[0]), [cells[0] for _, cells in rows]
    if not any(heading_key(heading) in keys for heading in headings[1:]):
        return False
    if not name or _UNNAMED.fullmatch(name):
        return all(not number or (number.isascii() and number.isdigit()) for number in numbers)
    # A column with one of these headings may be something else, unless it counts without a gap.
    return name in _INDEX and numbers in ([str(place + first) for place in range(len(numbers))] for first in (0, 1))


def say_unused(sheet: SheetRows, places: Iterable[int], findings: Findings) -> None:
    """Add a finding about columns with values that were not read."""
    names = [sheet.headings[place] for place in places if any(cells[place].strip() for _, cells in sheet.rows)]
    if names:
        what = counted(len(names), "column was", "columns were")
        quoted = named([shortened(name) for name in names])
        findings.add(f"{sheet.path.name}: {what} left out, which no heading of such a sheet names: {quoted}.")
