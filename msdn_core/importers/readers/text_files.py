"""Text files of numbered lines, where every complaint names the file and the line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from msdn_core.errors import ImportFault


def rows(path: Path, fields: int) -> Iterator[tuple[int, list[str]]]:
    """Line number, counted from 1, and what stands between spaces, of each line that is not blank.

    A line is split into at most ``fields`` texts, so that the last may hold spaces.

    Raises:
        ImportFault: if the file cannot be read or is no UTF-8 text.
    """
    number = 0
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for number, line in enumerate(stream, start=1):
                if text := line.strip():
                    yield number, text.split(maxsplit=fields - 1)
    except UnicodeDecodeError as error:
        raise fault(path, number + 1, "is no UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the folder.") from error


def fault(path: Path, line: int, what: str) -> ImportFault:
    """The error for a line that makes a file of no use."""
    return ImportFault(f"{path}, line {line}: it {what}.")


def whole(path: Path, line: int, text: str) -> int:
    """A whole number that is not negative, or the error that names the line."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise fault(path, line, f"has “{text[:40]}” where a number is expected; mend the line or get the file anew")
    return int(text)


def numbered(path: Path) -> dict[int, str]:
    """Number to name, in the file's order; both have to be unique; ImportFault names the line."""
    found: dict[int, str] = {}
    names: set[str] = set()
    for line, texts in rows(path, 2):
        if len(texts) != 2:
            raise fault(path, line, "is not a number and a name; mend the line or get the file anew")
        number = whole(path, line, texts[0])
        if number in found or texts[1] in names:
            raise fault(path, line, f"names {texts[0]} or “{texts[1]}” a second time; remove one of the two")
        found[number] = texts[1]
        names.add(texts[1])
    return found


def finite(texts: list[str]) -> list[float] | None:
    """The numbers that the texts stand for, or None if one is not a finite number."""
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


class Findings:
    """What an import tolerates, collected: sentences and counts."""

    def __init__(self) -> None:
        self._sentences: list[str] = []
        self._malformed: dict[str, set[int]] = {}
        self.counts: dict[str, int] = {}
        self.unknown_words: tuple[str, ...] = ()
        """Words of attributes' names that a file of word vectors does not have."""

    def say(self, sentence: str) -> None:
        """One more sentence."""
        self._sentences.append(sentence)

    def malformed(self, path: Path, line: int) -> None:
        """A line that was left out, or of which a part was."""
        self._malformed.setdefault(path.name, set()).add(line)

    def sentences(self) -> tuple[str, ...]:
        """All of it, and how many lines of each file were malformed."""
        lines = [
            f"{name}: {len(numbers)} malformed line{'s were' if len(numbers) > 1 else ' was'} left out or mended, "
            f"the first at line {min(numbers)}."
            for name, numbers in self._malformed.items()
        ]
        return (*self._sentences, *lines)

    def malformed_lines(self) -> int:
        """How many malformed lines there were in all files."""
        return sum(map(len, self._malformed.values()))
