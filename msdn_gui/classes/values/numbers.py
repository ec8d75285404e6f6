"""Numbers of the class table as text: typed, shown and copied."""

from __future__ import annotations

from msdn_core.errors import MsdnError
from msdn_core.importers.readers.cell_values import NOT_FINITE, parse_number, unclear_mark

_MAX_QUOTED = 24
_PYTHON_NUMBERS = ("nan", "inf", "-inf", "infinity", "-infinity")


class CellError(MsdnError):
    """A text that cannot be a value of the class table."""


def parse_value(text: str, value_range: tuple[float, float]) -> float:
    """Return the number that a text means, with a decimal point or comma; raise CellError if it is not a value."""
    low, high = (short(bound) for bound in value_range)
    plain = text.strip()
    if not plain:
        raise CellError(f"Enter a number from {low} to {high}; 0 means that the class does not have the attribute.")
    try:
        value = parse_number(plain)
    except ValueError as error:
        if unclear_mark(plain):
            raise CellError(f"“{_quoted(plain)}” is not clear; {error}.") from None
        is_finite = str(error) != NOT_FINITE and plain.lower() not in _PYTHON_NUMBERS and "_" not in plain
        kind = "a number" if is_finite else "a finite number"
        raise CellError(f"“{_quoted(plain)}” is not {kind}; enter a number from {low} to {high}.") from None
    if not value_range[0] <= value <= value_range[1]:
        raise out_of_range(plain, value_range)
    return value + 0.0  # Turns −0 into 0.


def out_of_range(text: str, value_range: tuple[float, float]) -> CellError:
    """Return the error for a number outside of the table's range."""
    low, high = map(short, value_range)
    return CellError(f"{_quoted(text)} is out of range; enter a number from {low} to {high}.")


def short(value: float) -> str:
    """Return a number in at most six digits, e.g. ``0.9`` or ``83.3333``."""
    return f"{value:.6g}".replace("-", "−")


def exact(value: float) -> str:
    """Return a number in the fewest digits that are read back as the same one, e.g. ``0.1``."""
    return repr(value).removesuffix(".0")


def shown(value: float) -> str:
    """Return a number as a cell shows it: ``1.92``; with fewer decimals from 100 on, and zero as a bare ``0``."""
    if value == 0:
        return "0"
    size = abs(value)
    decimals = 2 if size < 99.995 else 1 if size < 999.95 else 0
    return f"{value:.{decimals}f}".replace("-", "−")


def _quoted(text: str) -> str:
    return text if len(text) <= _MAX_QUOTED else f"{text[: _MAX_QUOTED - 1]}…"
