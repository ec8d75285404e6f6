"""What a page of this workspace is given, and what it can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from msdn_core.runs.evaluated_run import TRAINED, EvaluatedRun


@dataclass(frozen=True)
class Shown:
    """The run that is looked at, the one that it is compared with, and at which gamma."""

    run: EvaluatedRun
    other: EvaluatedRun | None = None
    choice: str = TRAINED
    """One of ``GAMMAS``."""
    seeds: tuple[dict[str, Any], ...] = ()
    """The figures of all evaluated runs of the first run's configuration, its own among them."""
    other_seeds: tuple[dict[str, Any], ...] = ()
    """Those of the other run's configuration, where that is another one."""

    @property
    def gamma(self) -> float:
        """The run's gamma."""
        return self.run.gamma(self.choice)

    @property
    def other_gamma(self) -> float:
        """The other run's gamma of the same choice."""
        return self.other.gamma(self.choice) if self.other is not None else 0.0

    def turned(self) -> Shown:
        """The other run first; as it is where there is no other one."""
        if self.other is None:
            return self
        # Runs of one configuration have their seeds in common.
        return Shown(self.other, self.run, self.choice, self.other_seeds or self.seeds, self.seeds)

    def looks_like(self, before: Shown) -> bool:
        """Whether the same runs are shown at the same gammas."""
        mine, theirs = ((one.run, one.other, one.gamma, one.other_gamma) for one in (self, before))
        return mine == theirs


class Page(Protocol):
    """A QWidget under one of the workspace's tabs; it is told what is shown while it is in sight."""

    title: str

    def show_runs(self, shown: Shown) -> None:
        """Shows one run, or two."""
