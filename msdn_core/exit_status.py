"""What the exit status of a process means."""

from __future__ import annotations

import signal
from contextlib import suppress

_KILL = 9
_TERMINATE = 15
# In English as all texts: the system describes signals in the language of the locale.
_CRASHES = {
    "SIGABRT": "Aborted",
    "SIGBUS": "Bus error",
    "SIGFPE": "Floating point exception",
    "SIGILL": "Illegal instruction",
    "SIGSEGV": "Segmentation fault",
}


def describe_exit(status: int | None) -> str:
    """Return how a process ended, as a clause: ``status`` is negative if a signal ended it, None if unknown."""
    if status is None:
        return "it ended for an unknown reason"
    if status >= 0:
        return f"it ended with status {status}"
    if -status == _KILL:
        return "it was killed, possibly because memory ran out"
    if -status == _TERMINATE:
        return "it was ended by another program or by a shutdown"
    with suppress(ValueError):
        name = signal.Signals(-status).name
        return f"it crashed: {_CRASHES.get(name, name)}"
    return f"signal {-status} ended it"
