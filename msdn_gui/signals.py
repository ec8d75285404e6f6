"""SIGINT and SIGTERM end the program in the same way as closing its window."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSocketNotifier

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


class SignalWatcher(QObject):
    """Wakes the event loop when a signal arrives, because Python runs no handlers while Qt waits."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_activated)
        self._old_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._old: dict[int, Any] = {}
        for number in (signal.SIGINT, signal.SIGTERM):
            self._old[number] = signal.signal(number, lambda *_: application.quit())

    def _on_activated(self) -> None:
        # Python runs the handlers as soon as Python code runs, which is now.
        self._reader.recv(64)

    def close(self) -> None:
        """Restore the handlers."""
        for number, handler in self._old.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_fd)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()
        self.deleteLater()


def end_on_signals(application: QApplication) -> SignalWatcher:
    """Let SIGINT and SIGTERM end the event loop."""
    return SignalWatcher(application)
