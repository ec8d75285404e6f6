"""CSV for people and programs: spreadsheets take it for UTF-8 and calculate nothing, and it is read back as it was."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes a file for one in the encoding of the computer."""
_FIRST = frozenset("'=+-@\t\r")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""How a cell begins that a spreadsheet would calculate; further apostrophes keep it apart from a protected one."""
_PROTECTED = re.compile(r"'+[=+\-@\t\r]")


class CsvWriter:
    """Writes rows to a text stream that was opened as UTF-8 with ``newline=""``."""

    def __init__(self, stream: TextIO) -> None:
        stream.write(BYTE_ORDER_MARK)
        self._plain = csv.writer(stream, lineterminator="\n")
        self._quoted = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def write(self, cells: Sequence[object]) -> None:
        """Write a row."""
        cells = [protect_formula(cell) if isinstance(cell, str) else cell for cell in cells]
        # What csv leaves without quotes, though readers change it.
        needs_quotes = any(isinstance(cell, str) and (cell != cell.strip() or "\r" in cell) for cell in cells)
        (self._quoted if needs_quotes else self._plain).writerow(cells)


def protect_formula(text: str) -> str:
    """Return a cell with an apostrophe in front if a spreadsheet would take it for a formula; numbers are none."""
    return f"'{text}" if text[:1] in _FIRST and _FORMULA.match(text) and not _is_number(text) else text


def unprotect_formula(text: str) -> str:
    """Return a cell without the apostrophe of ``protect_formula``."""
    return text[1:] if _PROTECTED.match(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and text == text.strip()


def csv_text(rows: Iterable[Sequence[object]], *, always_marked: bool = True) -> str:
    """Return rows as the content of a CSV file.

    A table that scripts read may go without the mark unless it needs one: ASCII is the same in every encoding.
    """
    stream = io.StringIO(newline="")
    writer = CsvWriter(stream)
    for cells in rows:
        writer.write(cells)
    text = stream.getvalue()
    plain = text.removeprefix(BYTE_ORDER_MARK)
    return plain if not always_marked and plain.isascii() else text
