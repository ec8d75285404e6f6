"""Commands that torchrun may start on many processes: they work together, and rank 0 speaks for all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msdn_core.cli.output import Output, Result
from msdn_core.errors import MsdnError
from msdn_core.ranks import Ranks, join_ranks


class _Silent(Output):
    """What another rank prints: nothing but its own faults."""

    def progress(
        self, stage: str, done: int, total: int, rate: float | None = None, remaining_s: float | None = None
    ) -> None:
        """Rank 0 draws it."""

    def note(self, text: str) -> None:
        """Rank 0 prints it."""

    def result(self, result: Result, text: str) -> None:
        """Rank 0 prints it."""


@contextmanager
def together(output: Output) -> Iterator[tuple[Ranks, Output]]:
    """The ranks that the command runs on, and where this one prints; a fault of another rank than 0 names it."""
    with join_ranks() as ranks:
        if ranks.first:
            yield ranks, output
            return
        try:
            yield ranks, _Silent(as_json=False)
        except MsdnError as fault:
            raise type(fault)(f"Rank {ranks.index}: {fault}") from fault
