"""Numbers as text: typed ones, durations and shares, the same in the command line, the window and reports."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WHOLE = re.compile(r"[+-]?\d+")
_SIGNS = str.maketrans({"−": "-", ",": ".", "٫": ".", "،": "."})
_INVISIBLE = re.compile("[\u061c\u200e\u200f]")
"""Marks of writing direction, which Arabic and Hebrew programs copy along with a number."""


def normal_number(text: str) -> str:
    """Return a typed number in ASCII with a decimal point, whatever the locale; raise ValueError if it is not one.

    Point and comma both separate the decimals, and neither groups thousands: ``1,234`` is 1.234, and ``1.234,5`` is
    not a number.
    """
    plain = _plain(text).translate(_SIGNS)
    if _NUMBER.fullmatch(plain) is None:
        raise ValueError(f"“{text.strip()}” is not a number")
    return "".join(str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in plain)


def parse_number(text: str) -> float:
    """Return the finite number that a person typed, with decimal point or comma; raise ValueError if it is not one."""
    value = float(normal_number(text))
    if not math.isfinite(value):
        raise ValueError(f"“{text.strip()}” is too large")
    return value


def parse_whole(text: str) -> int:
    """Return the whole number that a person typed, without any separators; raise ValueError if it is not one."""
    plain = _plain(text).translate(_SIGNS)
    if _WHOLE.fullmatch(plain) is None:
        raise ValueError(f"“{text.strip()}” is not a whole number")
    return int(plain)


def exact_number(value: float) -> str:
    """Return a number in the fewest digits that are read back as the same one, e.g. ``0.0001``."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value).removesuffix(".0")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).strip()


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
