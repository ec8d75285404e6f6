"""Small pieces of sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NAMED = 3


def counted(number: int, singular: str, plural: str) -> str:
    """Return a number with its noun, and verb if given: ``counted(1, "image is", "images are")`` gives *1 image is*."""
    return f"{number:,} {singular if number == 1 else plural}"


def incomplete_finding(names: Sequence[str]) -> str:
    """Return the sentence about images whose files lack their end."""
    has = counted(len(names), "image lacks the end of its file", "images lack the ends of their files")
    return f"{has} ({named(names)}); the missing rows are grey, so replace the files with complete copies."


def named(names: Sequence[str]) -> str:
    """Return names in quotation marks; of many, the first three and the number of the others."""
    quoted = ", ".join(f"“{name}”" for name in names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{quoted} and {more:,} more" if more > 0 else quoted
