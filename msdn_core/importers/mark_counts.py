"""Counts what became of the boxes, points and outlines in a file: read, changed or left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from enum import Enum
from typing import TYPE_CHECKING

from msdn_core.domain.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection

    from msdn_core.domain.annotation import Mark
    from msdn_core.importers.findings import Findings


OTHER_IMAGE = "of an image that is not in this project"
EMPTY = "without a width and a height above 0"


class Item(Enum):
    """What is counted, by its names in the singular and plural."""

    ANNOTATION = ("annotation", "annotations")
    BOX = ("box", "boxes")
    POINT = ("point", "points")
    OUTLINE = ("outline", "outlines")


class MarkCounts:
    """Every item of a file is read, changed or left out, so that the three numbers add up to what was found."""

    def __init__(self) -> None:
        self.unchanged = 0
        self.changed = 0
        self._left_out: defaultdict[str, Counter[Item]] = defaultdict(Counter)
        self._changes: defaultdict[str, Counter[Item]] = defaultdict(Counter)
        self._first: dict[str, str] = {}

    def read(self, item: Item, where: str, changes: tuple[str, ...] = ()) -> None:
        """Count an item that was read; ``changes`` are participles, e.g. *cut at the edge of the picture*."""
        if changes:
            self.changed += 1
        else:
            self.unchanged += 1
        for change in changes:
            self._changes[change][item] += 1
            self._first.setdefault(change, where)

    def leave_out(self, item: Item, reason: str, where: str) -> None:
        """Count an item that was left out; ``reason`` continues “left out, …”."""
        self._left_out[reason][item] += 1
        self._first.setdefault(reason, where)

    def left_out(self) -> int:
        """Return how many items were left out."""
        return sum(counts.total() for counts in self._left_out.values())

    def report(self, file: str, findings: Findings) -> None:
        """Add a sentence for each reason and each change, and the sum of all, if anything was left out or changed."""
        for reason, counts in sorted(self._left_out.items(), key=lambda one: Item.ANNOTATION not in one[1]):
            findings.add(f"{_items(counts)} left out, {reason}{self._place_of(reason, counts)}.")
        for change, counts in self._changes.items():
            findings.add(f"{_items(counts)} {change}{self._place_of(change, counts)}.")
        left_out = self.left_out()
        if left_out or self.changed:
            found = self.unchanged + self.changed + left_out
            findings.add(
                f"{file} has {counted(found, 'box, point or outline', 'boxes, points and outlines')} in all: "
                f"{self.unchanged:,} read unchanged, {self.changed:,} changed, {left_out:,} left out."
            )

    def _place_of(self, reason: str, counts: Counter[Item]) -> str:
        first = self._first[reason]
        return f": {first}" if counts.total() == 1 else f"; the first: {first}"


def marks_text(marks: Collection[Mark]) -> str:
    """Return the number of boxes and points, e.g. *1 box and 2 points*."""
    counts = Counter(Item.POINT if mark.is_point else Item.BOX for mark in marks)
    return _items(counts) if counts else "no boxes or points"


def _items(counts: Counter[Item]) -> str:
    texts = [counted(counts[item], *item.value) for item in Item if counts[item]]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
