"""What an import assumed, left out or corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_core.errors import ImportFault

if TYPE_CHECKING:
    from pathlib import Path


class Findings:
    """Collects sentences and counts for the report of an import."""

    def __init__(self) -> None:
        self._sentences: list[str] = []
        self._malformed: dict[str, set[int]] = {}
        self.counts: dict[str, int] = {}
        self.assumed_encodings: list[str] = []
        """Sentences about files whose encoding was assumed, also among the others."""
        self.unknown_words: tuple[str, ...] = ()
        """Words of attribute names that the file of word vectors does not have."""

    def add(self, sentence: str) -> None:
        """Add a sentence, unless it is there already: two steps of an import may read one file."""
        if sentence not in self._sentences:
            self._sentences.append(sentence)

    def add_encoding(self, sentence: str) -> None:
        """Add a sentence about a file whose encoding was assumed."""
        self.assumed_encodings.append(sentence)
        self.add(sentence)

    def fault(self, sentence: str) -> ImportFault:
        """Return the error for names that were not found: the encoding may be the reason."""
        return ImportFault(" ".join([sentence, *dict.fromkeys(self.assumed_encodings)]))

    def add_malformed(self, path: Path, line: int) -> None:
        """Add a line that was left out, wholly or in part."""
        self._malformed.setdefault(path.name, set()).add(line)

    def sentences(self) -> tuple[str, ...]:
        """Return all sentences, followed by one for each file with malformed lines."""
        lines = [
            f"{name}: {len(numbers)} malformed line{'s were' if len(numbers) > 1 else ' was'} left out or corrected; "
            f"the first is line {min(numbers)}."
            for name, numbers in self._malformed.items()
        ]
        return (*self._sentences, *lines)

    def malformed_lines(self) -> int:
        """Return the number of malformed lines in all files."""
        return sum(map(len, self._malformed.values()))
