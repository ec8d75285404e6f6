"""Faults of the program itself: caught wherever they happen, written down, and told in the window."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from types import TracebackType
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from msdn_gui.services.fault_log import report
from msdn_gui.services.starts import UnfinishedStart

_log = logging.getLogger("msdn_gui")
_AGAIN_S = 5.0
"""A fault of each painting, say, is written and told once in this time."""


class FaultWatch(QObject):
    """Takes what nobody caught, in slots, in threads and in what the interpreter cleans up; the window lives on."""

    told = Signal(str, str)
    """A sentence of what happened and what to do, and the report to send."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last: dict[str, float] = {}
        self._hooks: tuple[Any, Any, Any] = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._take
        threading.excepthook = self._take_of_thread
        sys.unraisablehook = self._take_unraisable

    def close(self) -> None:
        """Puts the hooks back."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks

    def tell(self, sentence: str, details: str) -> None:
        """Writes a fault down and tells it; from any thread."""
        text = report(sentence, details)
        _log.error("%s", text)
        self.told.emit(sentence, text)

    def tell_unfinished(self, starts: list[UnfinishedStart]) -> None:
        """Tells that earlier starts did not end as they should, in one sentence however many they are."""
        if starts:
            self.tell(starts[0].sentence, "\n\n".join(start.details for start in starts))

    def _take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            application = QCoreApplication.instance()
            if application is not None:
                application.quit()
            return
        if not self._is_new(kind, trace):
            return
        self._hooks[0](kind, error, trace)
        self.tell(
            f"Something went wrong in the program ({_named(kind, error)}). What was saved is whole, but what was done "
            "last may not have been: try it again, and send the report if it fails again.",
            "".join(traceback.format_exception(kind, error, trace)),
        )

    def _take_of_thread(self, given: threading.ExceptHookArgs) -> None:
        if given.exc_type is not SystemExit and given.exc_value is not None:
            self._take(given.exc_type, given.exc_value, given.exc_traceback)

    def _take_unraisable(self, given: sys.UnraisableHookArgs) -> None:
        # Nothing that a person did failed: it is written down and not told.
        if given.exc_value is not None and self._is_new(given.exc_type, given.exc_traceback):
            trace = traceback.format_exception(given.exc_type, given.exc_value, given.exc_traceback)
            _log.error("%s: %s\n%s", given.err_msg or "Ignored", type(given.object).__name__, "".join(trace))
        self._hooks[2](given)

    def _is_new(self, kind: type[BaseException], trace: TracebackType | None) -> bool:
        place = traceback.extract_tb(trace, limit=-1)
        key = f"{kind.__name__} {place[-1].filename}:{place[-1].lineno}" if place else kind.__name__
        now = time.monotonic()
        if now - self._last.get(key, -_AGAIN_S) < _AGAIN_S:
            return False
        self._last[key] = now
        return True


def _named(kind: type[BaseException], error: BaseException) -> str:
    lines = str(error).strip().split("\n")
    return f"{kind.__name__}: {lines[0][:200]}" if lines[0] else kind.__name__
