"""CSV for people and programs: spreadsheets take it for UTF-8, and it is read back exactly as it was."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes a file for one in the encoding of the computer."""
_NEEDS_QUOTES = re.compile(r"^\s|\s$|\r")
"""What ``csv`` leaves without quotes, though readers change it."""


class CsvWriter:
    """Writes rows to a text stream that was opened as UTF-8 with ``newline=""``."""

    def __init__(self, stream: TextIO) -> None:
        stream.write(BYTE_ORDER_MARK)
        self._plain = csv.writer(stream, lineterminator="\n")
        self._quoted = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def write(self, cells: Sequence[object]) -> None:
        """Write a row."""
        needs_quotes = any(isinstance(cell, str) and _NEEDS_QUOTES.search(cell) for cell in cells)
        (self._quoted if needs_quotes else self._plain).writerow(cells)


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
