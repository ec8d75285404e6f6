"""Text files of numbered lines; every error names the file and the line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msdn_core.errors import ImportFault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read_rows(path: Path, fields: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the number, from 1, and the fields of each line that is not blank.

    Parameters
    ----------
    path
        A UTF-8 text with fields separated by white space.
    fields
        The most fields per line; the last one may contain spaces.

    Raises
    ------
    ImportFault
        If the file cannot be read or is not UTF-8 text.
    """
    number = 0
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for number, line in enumerate(stream, start=1):
                if text := line.strip():
                    yield number, text.split(maxsplit=fields - 1)
    except UnicodeDecodeError as error:
        raise line_error(path, number + 1, "is not UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the folder.") from error


def line_error(path: Path, line: int, fault: str) -> ImportFault:
    """Return the error for a line that makes a file unusable; ``fault`` continues “the line …”."""
    return ImportFault(f"{path}, line {line}: the line {fault}.")


def whole_number(path: Path, line: int, text: str) -> int:
    """Return a text as a whole number ≥ 0; raise ImportFault if it is not one."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise line_error(
            path, line, f"has “{text[:40]}” instead of a number; correct the line or download the file again"
        )
    return int(text)


def read_names(path: Path) -> dict[int, str]:
    """Return a file's names by number, in the order of the file.

    Raises
    ------
    ImportFault
        If a line is not a number and a name, or a number or a name occurs twice.
    """
    found: dict[int, str] = {}
    names: set[str] = set()
    for line, texts in read_rows(path, 2):
        if len(texts) != 2:
            raise line_error(path, line, "is not a number and a name; correct the line or download the file again")
        number = whole_number(path, line, texts[0])
        if number in found or texts[1] in names:
            raise line_error(path, line, f"has {texts[0]} or “{texts[1]}” a second time; remove one of the two lines")
        found[number] = texts[1]
        names.add(texts[1])
    return found


def finite_numbers(texts: list[str]) -> list[float] | None:
    """Return texts as numbers, or None if one is not a finite number."""
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None
