"""The signals that ask a process to end: of a person, a closed terminal, a cluster's queue, or a shutdown."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from typing import Self

if sys.platform == "win32":
    # Windows sends CTRL_BREAK, and closing the console, as SIGBREAK.
    _ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
    _REASONS: dict[int, str] = {signal.SIGBREAK: "Stopped by Ctrl+Break, or because the console was closed."}
else:
    _ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    _REASONS = {signal.SIGHUP: "Stopped because its terminal was closed (SIGHUP)."}
_REASONS |= {
    signal.SIGINT: "Stopped by Ctrl+C.",
    signal.SIGTERM: "Stopped by SIGTERM, as a shutdown or a cluster's queue sends it.",
}


def ending_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that end this process; not those it was told to ignore, as ``nohup`` does with SIGHUP."""
    return tuple(number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN)


class EndingSignals:
    """Records the first such signal while it is entered, so that work ends where it chooses to and saves first.

    A second Ctrl+C raises KeyboardInterrupt, for a person who does not want to wait. Repetitions of other signals are
    ignored: a closing terminal sends two, torchrun one more to each rank. Outside of the main thread nothing is
    recorded.
    """

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._previous: dict[signal.Signals, Any] = {}

    @property
    def reason(self) -> str:
        """Why the work ends, as a sentence; empty without a signal."""
        return _REASONS[self.received] if self.received is not None else ""

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in ending_signals():
                self._previous[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            # Another handler was set meanwhile by someone who needs it.
            if signal.getsignal(number) == self._on_signal:
                signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.received is None:
            self.received = signal.Signals(number)
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
