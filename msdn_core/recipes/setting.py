"""One setting of a run: its form, its type and its limits."""

from __future__ import annotations

import math
from dataclasses import Field, field
from typing import TYPE_CHECKING, Any

from msdn_core.errors import ConfigError
from msdn_core.number_text import exact_number, parse_number, parse_whole

if TYPE_CHECKING:
    from collections.abc import Sequence


_NOT_FINITE = ("nan", "inf", "-inf")


def setting(
    default: Any,
    label: str,
    help: str,
    *,
    group: str,
    unit: str = "",
    zero: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[str] = (),
    advanced: bool = True,
) -> Any:
    """Return a dataclass field with what a form needs; ``zero`` names the meaning of 0 where it is not an amount."""
    metadata = {
        "label": label,
        "help": help,
        "group": group,
        "unit": unit,
        "zero": zero,
        "minimum": minimum,
        "maximum": maximum,
        "choices": tuple(choices),
        "advanced": advanced,
    }
    return field(default=default, metadata=metadata)


def cast_setting(entry: Field[Any], value: Any) -> Any:
    """Return a value as the type of a setting; raise ConfigError if it cannot be converted."""
    kind = type(entry.default)
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    try:
        if kind is bool and isinstance(value, str):
            return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[value.lower()]
        if kind is float and isinstance(value, str):
            # What is not finite is refused with its own sentence.
            return float(value) if value.strip().lower() in _NOT_FINITE else parse_number(value)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if kind is int and isinstance(value, str):
            return parse_whole(value)
    except (ValueError, KeyError, OverflowError):
        pass
    expected = {bool: "yes or no", int: "a whole number", float: "a number", str: "text"}[kind]
    raise ConfigError(f"The setting “{entry.name}” cannot be “{value}”; enter {expected}.")


def check_setting(entry: Field[Any], value: Any) -> None:
    """Raise ConfigError if a setting cannot have a value."""
    low, high, choices = (entry.metadata[key] for key in ("minimum", "maximum", "choices"))
    if choices and value not in choices:
        raise ConfigError(f"The setting “{entry.name}” cannot be “{value}”; choose one of {', '.join(choices)}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"The setting “{entry.name}” cannot be {value}; enter a finite number.")
    if (low is not None and value < low) or (high is not None and value > high):
        given, lowest, highest = (str(n) if isinstance(n, int) else exact_number(n) for n in (value, low, high))
        raise ConfigError(f"The setting “{entry.name}” cannot be {given}; enter a number from {lowest} to {highest}.")
