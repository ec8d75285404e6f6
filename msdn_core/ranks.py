"""The processes that do one piece of work together, each a rank; without torchrun there is one, and it is alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Value = TypeVar("Value")


class Ranks:
    """One process alone: what all of them would have to agree on, it decides by itself."""

    index = 0
    """This process's number, from 0."""
    count = 1
    """How many there are, on all machines together."""

    @property
    def first(self) -> bool:
        """Whether this is rank 0, which alone writes what there is one of."""
        return self.index == 0

    def broadcast(self, make: Callable[[], Value]) -> Value:
        """What rank 0 makes, the same on every rank; where it fails there, the others end without a word."""
        return make()

    def gather(self, value: Value) -> list[Value]:
        """The values of all ranks, in their order."""
        return [value]

    def barrier(self) -> None:
        """Waits until every rank is here."""

    def leave(self) -> None:
        """Ends the common work: from here on each rank is on its own."""


ALONE = Ranks()


@contextmanager
def join_ranks() -> Iterator[Ranks]:
    """The ranks that torchrun started this process as one of; a process alone, where it did not."""
    if "TORCHELASTIC_RUN_ID" not in os.environ or int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield ALONE
        return
    # Torch takes seconds to load, and a process alone may not need it.
    from msdn_core.torchrun import join

    with join() as ranks:
        yield ranks
