"""Recognising that memory ran out, whichever library reports it."""

from __future__ import annotations

import torch

from msdn_core.errors import RunError

_MESSAGES = ("out of memory", "can't allocate memory", "cannot allocate memory")


class BatchTooLargeError(RunError):
    """A step needs more memory than is available."""


def is_out_of_memory(fault: BaseException) -> bool:
    """Return whether numpy, torch on a processor, or a device raised this because memory ran out."""
    if isinstance(fault, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(fault, RuntimeError) and any(message in str(fault).lower() for message in _MESSAGES)


def out_of_memory_message(fault: BaseException) -> str:
    """Return a sentence that says what ran out and what to do."""
    if isinstance(fault, torch.OutOfMemoryError):
        return "The device ran out of memory; choose a smaller batch size, or device cpu."
    return "The machine ran out of memory; choose a smaller batch size, or close other programs."
