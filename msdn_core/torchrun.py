"""Ranks started by torchrun: their communication, and how each learns that another one is gone.

Tensors on a GPU use NCCL, all others gloo. Each exchange is limited to ``MSDN_RANK_TIMEOUT`` seconds (600), and
torchrun ends all ranks when one dies. Under gloo a lost rank is an error at once; a rank that hangs in NCCL is ended by
torchrun or by NCCL's own watchdog.
"""

from __future__ import annotations

import os
import re
import signal
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import torch
import torch.distributed as dist
from torch import Tensor

from msdn_core.errors import MsdnError, RunError
from msdn_core.ranks import Ranks, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TIMEOUT_S = 600.0


class TorchRanks(Ranks):
    """The ranks of the process group of ``torch.distributed``, which ``join`` creates."""

    def __init__(self) -> None:
        self.index, self.count = dist.get_rank(), dist.get_world_size()

    def broadcast(self, make: Callable[[], Value]) -> Value:
        """Return rank 0's value, sent as a pickle between the processes of one run."""
        message: list[Any] = [None, False]
        fault: MsdnError | None = None
        if self.first:
            try:
                message = [make(), True]
            except MsdnError as raised:
                fault = raised
        with _exchange():
            dist.broadcast_object_list(message, src=0)
        if fault is not None:
            raise fault
        value, succeeded = message
        if not succeeded:
            raise SystemExit(1)
        return value  # type: ignore[no-any-return]

    def gather(self, value: Value) -> list[Value]:
        """Return the values of all ranks, sent as pickles between the processes of one run."""
        values: list[Any] = [None] * self.count
        with _exchange():
            dist.all_gather_object(values, value)
        return values

    def broadcast_number(self, number: int) -> int:
        """Return rank 0's number on every rank; after ``leave`` return the given one."""
        if not dist.is_initialized():
            return number
        message = torch.tensor([number])
        with _exchange():
            dist.broadcast(message, src=0)
        return int(message)

    def sum_in_place(self, value: Tensor) -> None:
        """Replace each rank's tensor by the sum over all ranks; all get the same bits."""
        buffer = value if value.is_cuda else value.cpu()
        with _exchange():
            dist.all_reduce(buffer)
        if buffer is not value:
            value.copy_(buffer)

    def barrier(self) -> None:
        """Wait for every rank, by a round trip on the CPU."""
        with _exchange():
            dist.all_reduce(torch.zeros(1))

    def leave(self) -> None:
        """Wait for every rank, so that no exchange is pending, and leave the group."""
        self.barrier()
        dist.destroy_process_group()


@contextmanager
def join() -> Iterator[TorchRanks]:
    """Join the other ranks, and leave them at the end.

    On a machine with GPUs the process uses that of its local rank. Raises RunError if the other ranks do not appear,
    and whenever torchrun ends this process because another one is gone.
    """
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % torch.cuda.device_count())
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    timeout = timedelta(seconds=float(os.environ.get("MSDN_RANK_TIMEOUT", _TIMEOUT_S)))
    previous = signal.signal(signal.SIGTERM, _on_terminate)
    try:
        with _exchange():
            dist.init_process_group(backend, timeout=timeout)
        yield TorchRanks()
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
        signal.signal(signal.SIGTERM, previous)


@contextmanager
def _exchange() -> Iterator[None]:
    """Run an exchange with the other ranks; raise RunError if it fails."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as fault:
        # gloo's messages start with a place in its source, and end with advice to its developers.
        reason = re.sub(r"^\[[^\]]*\]\s*", "", str(fault).strip()).partition("\n")[0].partition(". ")[0]
        raise _lost_error(f"The processes of this run lost their connection ({reason})") from fault


def _on_terminate(*_: object) -> None:
    raise _lost_error("torchrun ended this process, on request or because another one was killed or failed")


def _lost_error(sentence: str) -> RunError:
    # torchrun is about to end the other ranks; this one first writes its final status.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return RunError(f"{sentence}; see their output for the reason, and start them again to resume.")
