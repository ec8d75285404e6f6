"""Writes a picture of the window once its content is complete."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_gui.timers import make_timer

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.shell.window import MainWindow

_CHECK_MS = 50
_STEADY = 6
_TIMEOUT_S = 60.0


class Screenshot(QObject):
    """Waits until the window is settled for several checks in a row, and writes the picture."""

    done = Signal(int)
    """The exit status of the process."""

    def __init__(self, window: MainWindow, path: Path, *, timeout_s: float = _TIMEOUT_S) -> None:
        super().__init__(window)
        self._window = window
        self._path = path
        self._steady = 0
        self._deadline = time.monotonic() + timeout_s
        self._timeout_s = timeout_s
        self._timer = make_timer(self, _CHECK_MS)
        self._timer.timeout.connect(self._check)
        self._timer.start()

    def _check(self) -> None:
        self._steady = self._steady + 1 if self._window.settled() else 0
        if self._steady >= _STEADY:
            self._end(self._write())
        elif time.monotonic() > self._deadline:
            message = self._window.message_bar.text
            detail = f" The window's message: {message}" if message else ""
            print(
                f"msdn: The window's content was not complete after {self._timeout_s:.0f} s, so no picture was taken; "
                f"try again when the computer is less busy.{detail}",
                file=sys.stderr,
            )
            self._end(1)

    def _write(self) -> int:
        if self._window.grab().save(str(self._path), "PNG"):
            return 0
        print(f"msdn: {self._path} could not be written; choose another path.", file=sys.stderr)
        return 1

    def _end(self, status: int) -> None:
        self._timer.stop()
        self.done.emit(status)
