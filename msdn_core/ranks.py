"""Ranks: the processes that share one piece of work. Without torchrun there is one. No torch here."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")


class Ranks:
    """The ranks of a single process; ``torchrun.TorchRanks`` are those of several."""

    index = 0
    """This process's number, from 0."""
    count = 1
    """The number of processes on all machines."""

    @property
    def first(self) -> bool:
        """Whether this is rank 0. Only rank 0 writes what exists once."""
        return self.index == 0

    def broadcast(self, make: Callable[[], Value]) -> Value:
        """Return what ``make`` returns on rank 0, on every rank; if it fails there, the other ranks exit silently."""
        return make()

    def gather(self, value: Value) -> list[Value]:
        """Return the values of all ranks, in rank order."""
        return [value]

    def barrier(self) -> None:
        """Wait until every rank has called this."""

    def leave(self) -> None:
        """End the shared work: from here on each rank works alone."""


ALONE = Ranks()
