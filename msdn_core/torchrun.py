"""Ranks that torchrun started: what they tell one another, and how each hears that another one is gone.

Tensors on a GPU go by NCCL, all others by gloo. No rank waits for ever: each exchange is bounded by
``MSDN_RANK_TIMEOUT`` seconds (600), and torchrun ends all ranks when one dies. Under gloo a lost rank is an error at
once; a rank that hangs in NCCL is ended by torchrun or by NCCL's own watchdog.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from msdn_core.errors import MsdnError, RunError
from msdn_core.ranks import Ranks, Value

_TIMEOUT_S = 600.0


class TorchRanks(Ranks):
    """The ranks of ``torch.distributed``'s process group, which ``join`` makes."""

    def __init__(self) -> None:
        self.index, self.count = dist.get_rank(), dist.get_world_size()

    def broadcast(self, make: Callable[[], Value]) -> Value:
        """Rank 0's value goes to the others as a pickle, within one run's own processes."""
        told: list[Any] = [None, False]
        fault: MsdnError | None = None
        if self.first:
            try:
                told = [make(), True]
            except MsdnError as raised:
                fault = raised
        with _heard():
            dist.broadcast_object_list(told, src=0)
        if fault is not None:
            raise fault
        value, made = told
        if not made:
            raise SystemExit(1)
        return value  # type: ignore[no-any-return]

    def gather(self, value: Value) -> list[Value]:
        """As pickles, within one run's own processes."""
        values: list[Any] = [None] * self.count
        with _heard():
            dist.all_gather_object(values, value)
        return values

    def broadcast_number(self, number: int) -> int:
        """Rank 0's number, on every rank; after ``part`` its own."""
        if not dist.is_initialized():
            return number
        message = torch.tensor([number])
        with _heard():
            dist.broadcast(message, src=0)
        return int(message)

    def sum_in_place(self, value: Tensor) -> None:
        """Puts the sum over all ranks in the place of each one's tensor; all get the same bits."""
        carried = value if value.is_cuda else value.cpu()
        with _heard():
            dist.all_reduce(carried)
        if carried is not value:
            value.copy_(carried)

    def barrier(self) -> None:
        """A round trip on the CPU."""
        with _heard():
            dist.all_reduce(torch.zeros(1))

    def leave(self) -> None:
        """Meets once more, so that nothing is under way, and leaves the group."""
        self.barrier()
        dist.destroy_process_group()


@contextmanager
def join() -> Iterator[TorchRanks]:
    """Joins the other ranks, and leaves them at the end.

    A process on a machine with GPUs takes that of its local rank. Raises RunError where the others do not come, and
    wherever torchrun ends this process because another one is gone.
    """
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % torch.cuda.device_count())
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    timeout = timedelta(seconds=float(os.environ.get("MSDN_RANK_TIMEOUT", _TIMEOUT_S)))
    before = signal.signal(signal.SIGTERM, _ended)
    try:
        with _heard():
            dist.init_process_group(backend, timeout=timeout)
        yield TorchRanks()
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _heard() -> Iterator[None]:
    """An exchange with the others; their silence becomes a sentence."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as fault:
        # What gloo says starts with a place in its source, and ends with advice to its own developers.
        reason = re.sub(r"^\[[^\]]*\]\s*", "", str(fault).strip()).partition("\n")[0].partition(". ")[0]
        raise _lost(f"The processes that work on this together lost one another ({reason})") from fault


def _ended(*_: object) -> None:
    raise _lost("torchrun ended this process: it was asked to, or another one was killed or failed")


def _lost(sentence: str) -> RunError:
    # torchrun ends the other ranks in a moment; first this one's last words are to be written.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return RunError(f"{sentence}; what they printed says why: start them again to go on from what is saved.")
