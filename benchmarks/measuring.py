"""How every benchmark measures, and what it says: one row a claim."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Row:
    """A claim with what was measured and what is asked of it."""

    what: str
    value: float
    unit: str
    """``×`` for a ratio within one run, otherwise ``ms``, ``GB``, or nothing for a share or a difference."""
    asked: float
    at_least: bool
    """Whether the value shall be at least what is asked, or at most."""
    detail: str

    @property
    def met(self) -> bool:
        """Whether it is what is asked."""
        return self.value >= self.asked if self.at_least else self.value <= self.asked


default_clock: Callable[[], float] = time.perf_counter
"""What seconds are counted by; ``--processor-time`` puts ``time.process_time`` in its place."""


def fastest(
    functions: Mapping[str, Callable[[], object]], rounds: int, *, clock: Callable[[], float] | None = None
) -> dict[str, float]:
    """Seconds of each function's least disturbed call, by the default clock or by another one.

    They take turns (A, B, A, B, …) after one round that does not count, so that whatever else the machine does falls
    on all of them.
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
