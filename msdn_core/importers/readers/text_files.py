"""Text files of unknown encoding, and files of numbered lines; every error names the file and the line."""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING

from msdn_core.errors import ImportFault
from msdn_core.file_kinds import page_or_pointer
from msdn_core.importers.readers.cell_values import parse_number
from msdn_core.safe_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from msdn_core.importers.findings import Findings

MOST_BYTES = 1 << 28
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FORMATS = (
    (b"PK\x03\x04", "a workbook or an archive (.xlsx, .ods, .numbers, .zip)", "save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "a workbook of Excel (.xls)", "save the sheet as CSV (UTF-8)"),
    (b"%PDF-", "a PDF document", "choose a text file"),
)
_SAMPLE = 4096
_MOST_ZEROS = 0.4
"""The share of zero bytes on one side above which a text without a byte order mark is UTF-16."""


def read_text(path: Path, findings: Findings, most: int = MOST_BYTES) -> str:
    """Return a text file as UTF-8, UTF-16 or UTF-32 text, or else as Windows-1252 with a finding.

    Line ends are kept.

    Parameters
    ----------
    path
        A regular file.
    findings
        Receives a sentence if the encoding is assumed.
    most
        The limit of its size in bytes.

    Raises
    ------
    ImportFault
        If the file cannot be read, is too large, is in another format, or is not text.
    """
    try:
        with open_regular(path) as stream:
            content = stream.read(most + 1)
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error
    if len(content) > most:
        raise ImportFault(f"The file {path} is larger than the limit of {most >> 20} MiB; split it.")
    if other := page_or_pointer(content[:_SAMPLE]):
        raise ImportFault(f"The file {path} {other}.")
    for start, what, remedy in _OTHER_FORMATS:
        if content.startswith(start):
            raise ImportFault(f"The file {path} is {what}; {remedy}.")
    return _decode(content, path, findings)


def _decode(content: bytes, path: Path, findings: Findings) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "")
    if not encoding:
        encoding = _encoding_without_mark(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8" or b"\0" in content:
            raise _not_text(path, content, error.start) from error
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as second:
            raise _not_text(path, content, second.start) from second
        line = content.count(b"\n", 0, error.start) + 1
        findings.add_encoding(
            f"{path.name} is not UTF-8 (line {line}) and was read as Windows-1252 (cp1252); if letters are wrong, save "
            "the file as UTF-8 and import it again."
        )
    zero = text.find("\0")
    if zero >= 0:
        raise line_error(path, text.count("\n", 0, zero) + 1, "has a zero byte and is not text; save the file as UTF-8")
    return text


def _encoding_without_mark(content: bytes) -> str:
    """Return UTF-16 if every second byte of a sample is mostly zero, as in texts of Western letters."""
    sample = content[: min(_SAMPLE, len(content) // 2 * 2)]
    pairs = len(sample) // 2
    if pairs and len(content) % 2 == 0:
        first, second = sample[::2].count(0) / pairs, sample[1::2].count(0) / pairs
        if second > _MOST_ZEROS and first < _MOST_ZEROS / 4:
            return "utf-16-le"
        if first > _MOST_ZEROS and second < _MOST_ZEROS / 4:
            return "utf-16-be"
    return "utf-8"


def _not_text(path: Path, content: bytes, place: int) -> ImportFault:
    return line_error(
        path,
        content.count(b"\n", 0, place) + 1,
        "is neither UTF-8, UTF-16 nor Windows-1252 text; save the file as UTF-8",
    )


def read_rows(path: Path, fields: int, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """Yield the number, from 1, and the fields of each line that is not blank.

    Parameters
    ----------
    path
        A text with fields separated by white space.
    fields
        The most fields per line; the last one may contain spaces.
    findings
        Receives the encoding if it is assumed.

    Raises
    ------
    ImportFault
        If the file cannot be read or is not text.
    """
    for number, line in enumerate(io.StringIO(read_text(path, findings), newline=None), start=1):
        if text := line.strip():
            yield number, text.split(maxsplit=fields - 1)


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


def read_names(path: Path, findings: Findings) -> dict[int, str]:
    """Return a file's names by number, in the order of the file.

    Raises
    ------
    ImportFault
        If a line is not a number and a name, or a number or a name occurs twice.
    """
    found: dict[int, str] = {}
    names: set[str] = set()
    for line, texts in read_rows(path, 2, findings):
        if len(texts) != 2:
            raise line_error(path, line, "is not a number and a name; correct the line or download the file again")
        number = whole_number(path, line, texts[0])
        if number in found or texts[1] in names:
            raise line_error(path, line, f"has {texts[0]} or “{texts[1]}” a second time; remove one of the two lines")
        found[number] = texts[1]
        names.add(texts[1])
    return found


def finite_numbers(texts: Sequence[str], marks: Collection[str] = ()) -> list[float] | None:
    """Return texts as numbers, or None if one is not a finite number; ``marks`` as for ``parse_number``."""
    try:
        return [parse_number(text, marks) for text in texts]
    except ValueError:
        return None
