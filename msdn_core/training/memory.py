"""Telling that memory ran out, whichever library says so."""

from __future__ import annotations

import torch

from msdn_core.errors import RunError

_WORDS = ("out of memory", "can't allocate memory", "cannot allocate memory")


class BatchTooLargeError(RunError):
    """A step needs more memory than there is."""


def is_out_of_memory(fault: BaseException) -> bool:
    """Whether this is what numpy, torch on a processor, or a device raises where memory runs out."""
    if isinstance(fault, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(fault, RuntimeError) and any(words in str(fault).lower() for words in _WORDS)


def out_of_memory_message(fault: BaseException) -> str:
    """One sentence of what ran out and what can be done."""
    if isinstance(fault, torch.OutOfMemoryError):
        return "The device ran out of memory; choose a smaller batch size, or device cpu."
    return "The machine ran out of memory; choose a smaller batch size, or close other programs."
