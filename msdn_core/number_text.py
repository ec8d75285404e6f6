"""Durations and shares as text, the same in the command line, the window and reports."""

from __future__ import annotations

from typing import Any


def duration(seconds: float) -> str:
    """Return ``75`` seconds as ``1:15``; negative ones as ``0:00``."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def percent(value: Any) -> str:
    """Return ``0.754`` as ``75.4``, as papers write it; a dash for anything that is not a number."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
    return f"{100 * value:.1f}" if is_number else "–"


def points(value: float) -> str:
    """Return a difference of two shares in percentage points, with its sign."""
    rounded = round(100 * value, 1)
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"
