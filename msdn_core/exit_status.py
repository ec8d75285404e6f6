"""What the exit status of a process means."""

from __future__ import annotations

import signal
from contextlib import suppress

_KILL = 9
_TERMINATE = 15


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
        return f"it crashed: {signal.strsignal(-status) or signal.Signals(-status).name}"
    return f"signal {-status} ended it"
