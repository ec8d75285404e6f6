"""Numbers as a person types, reads and copies them."""

from __future__ import annotations

import math

from msdn_core.errors import MsdnError


class CellError(MsdnError):
    """A text that cannot be a value of the class table."""


def parse_value(text: str, value_range: tuple[float, float]) -> float:
    """The number that a text stands for, with a point or a comma; CellError says what is wrong with another."""
    low, high = (short(bound) for bound in value_range)
    plain = text.strip()
    if not plain:
        raise CellError(f"An empty cell is no number; type one from {low} to {high}, 0 for what a class does not have.")
    try:
        value = float(plain.replace("−", "-").replace(",", ".")) if "_" not in plain else math.nan
    except ValueError:
        raise CellError(f"“{_cut(plain)}” is not a number; type one from {low} to {high}.") from None
    if not math.isfinite(value):
        raise CellError(f"“{_cut(plain)}” is not a finite number; type one from {low} to {high}.")
    if not value_range[0] <= value <= value_range[1]:
        raise CellError(f"{_cut(plain)} is out of range: the values of this table run from {low} to {high}.")
    return value + 0.0  # A minus in front of a zero means nothing here.


def short(value: float) -> str:
    """A number as it is typed: ``0.9``, ``83.33``, in at most six digits."""
    return f"{value:.6g}".replace("-", "−")


def exact(value: float) -> str:
    """A number in the fewest digits that are read back as the same one, e.g. ``0.1``."""
    text = repr(value)
    return text.removesuffix(".0")


def shown(value: float, high: float) -> str:
    """A number as a cell shows it: two decimals up to 1, one decimal above; zero is a bare 0."""
    if value == 0:
        return "0"
    return (f"{value:.2f}" if high <= 1 else f"{value:.1f}").replace("-", "−")


def _cut(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:23]}…"
