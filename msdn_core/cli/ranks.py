"""Commands that torchrun may start as several processes: they share the work, and rank 0 prints."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msdn_core.cli.output import Output, Result
from msdn_core.errors import MsdnError
from msdn_core.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from collections.abc import Iterator


class _SilentOutput(Output):
    """The output of every rank but the first: only its own errors are printed."""

    def progress(
        self, stage: str, done: int, total: int, rate: float | None = None, remaining_s: float | None = None
    ) -> None:
        """Do nothing: rank 0 draws the progress."""

    def note(self, text: str) -> None:
        """Do nothing: rank 0 prints the note."""

    def result(self, result: Result, text: str) -> None:
        """Do nothing: rank 0 prints the result."""


@contextmanager
def join_ranks() -> Iterator[Ranks]:
    """Join the ranks that torchrun started with this process; without torchrun, yield ``ALONE``."""
    if "TORCHELASTIC_RUN_ID" not in os.environ or int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield ALONE
        return
    # Imported late: torch takes seconds to load, and a single process may not need it.
    from msdn_core.torchrun import join

    with join() as ranks:
        yield ranks


@contextmanager
def on_ranks(output: Output) -> Iterator[tuple[Ranks, Output]]:
    """Yield the ranks that a command runs on and this rank's output; an error on another rank than 0 names the rank."""
    with join_ranks() as ranks:
        if ranks.first:
            yield ranks, output
            return
        try:
            yield ranks, _SilentOutput(as_json=False)
        except MsdnError as fault:
            raise type(fault)(f"Rank {ranks.index}: {fault}") from fault
