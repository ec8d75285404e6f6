"""What the pages show: one run, or two that are compared, at a gamma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msdn_core.runs.evaluated_run import TRAINED, EvaluatedRun


@dataclass(frozen=True)
class RunSelection:
    """The selected run, the run that it is compared with, and the choice of gamma."""

    run: EvaluatedRun
    other: EvaluatedRun | None = None
    choice: str = TRAINED
    """One of ``GAMMAS``."""
    seeds: tuple[dict[str, Any], ...] = ()
    """The figures of all evaluated runs of the first run's configuration, its own among them."""
    other_seeds: tuple[dict[str, Any], ...] = ()
    """Those of the other run's configuration; empty if both runs have the same one."""

    @property
    def gamma(self) -> float:
        """The gamma of the first run."""
        return self.run.gamma(self.choice)

    @property
    def other_gamma(self) -> float:
        """The gamma of the other run by the same choice."""
        return self.other.gamma(self.choice) if self.other is not None else 0.0

    def swapped(self) -> RunSelection:
        """Return the same with the other run first, or unchanged without one."""
        if self.other is None:
            return self
        # Runs of one configuration share their seeds.
        return RunSelection(self.other, self.run, self.choice, self.other_seeds or self.seeds, self.seeds)

    def is_like(self, before: RunSelection) -> bool:
        """Return whether both are the same runs at the same gammas."""
        mine, theirs = ((one.run, one.other, one.gamma, one.other_gamma) for one in (self, before))
        return mine == theirs
