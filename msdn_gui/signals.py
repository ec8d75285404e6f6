"""Signals that end the program: Ctrl+C, SIGTERM, and a closed terminal (SIGHUP; on Windows SIGBREAK)."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSocketNotifier

from msdn_core.ending_signals import ending_signals

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


class SignalWatcher(QObject):
    """Ends the event loop on a signal, from its creation until ``close``.

    It wakes the event loop when a signal arrives, because Python runs no handlers while Qt waits. Further signals are
    ignored, so that the shutdown is not cut short: a closing terminal sends more than one.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.received = False
        """Whether a signal arrived. The event loop ends only if it is running, so check before starting it."""
        self._application = application
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_activated)
        self._old_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._old: dict[int, Any] = {number: signal.signal(number, self._on_signal) for number in ending_signals()}

    def _on_signal(self, *_: object) -> None:
        self.received = True
        self._end()

    def _on_activated(self) -> None:
        # Python runs the handlers as soon as Python code runs, which is now.
        self._reader.recv(64)
        if self.received:
            self._end()

    def _end(self) -> None:
        # Not quit: it closes the window first, which asks about active runs and then stays open.
        self._application.exit(0)

    def close(self) -> None:
        """Restore the handlers."""
        for number, handler in self._old.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_fd)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()
        self.deleteLater()
