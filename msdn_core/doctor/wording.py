"""How findings name things."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_NAMED = 3


def named(names: Sequence[str]) -> str:
    """The first few names in quotation marks, and how many more there are."""
    shown = ", ".join(f"“{name}”" for name in names[:_MOST_NAMED])
    return shown + (f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else "")
