"""The stopwatch of all benchmarks, and their result: one row per claim."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Row:
    """A claim: the measured value and its target."""

    what: str
    value: float
    unit: str
    """``×`` for a ratio within one run, otherwise ``ms``, ``GB``, or nothing for a share or a difference."""
    target: float
    at_least: bool
    """Whether the target is a lower bound; otherwise it is an upper bound."""
    detail: str

    @property
    def met(self) -> bool:
        """Whether the value reaches the target."""
        return self.value >= self.target if self.at_least else self.value <= self.target


default_clock: Callable[[], float] = time.perf_counter
"""The clock of all benchmarks; ``--processor-time`` replaces it with ``time.process_time``."""


def fastest(
    functions: Mapping[str, Callable[[], object]], rounds: int, *, clock: Callable[[], float] | None = None
) -> dict[str, float]:
    """Return the seconds of each function's fastest call, by the default clock or by another one.

    The functions take turns (A, B, A, B, …) after one warm-up round, so that other work on the machine affects all of
    them alike.
    """
    clock = clock or default_clock
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for number in range(rounds + 1):
        for name, function in functions.items():
            started = clock()
            function()
            if number:
                seconds[name].append(clock() - started)
    return {name: min(times) for name, times in seconds.items()}
