"""Errors of the program itself: caught wherever they happen, logged, and shown in the window."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from msdn_gui.services.fault_log import report as report_text

if TYPE_CHECKING:
    from types import TracebackType

    from msdn_gui.services.starts import UnfinishedStart

_log = logging.getLogger("msdn_gui")
_AGAIN_S = 5.0
"""The same error, e.g. of each painting, is reported once in this time."""


class FaultWatch(QObject):
    """Reports exceptions that nobody caught, in slots, threads and finalisers; the window stays open."""

    reported = Signal(str, str)
    """A sentence that says what happened and what to do, and the report to send."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last: dict[str, float] = {}
        self._hooks: tuple[Any, Any, Any] = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable

    def close(self) -> None:
        """Restore the hooks."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks

    def report(self, sentence: str, details: str) -> None:
        """Log an error and show it; may be called from any thread."""
        text = report_text(sentence, details)
        _log.error("%s", text)
        self.reported.emit(sentence, text)

    def report_unfinished(self, starts: list[UnfinishedStart]) -> None:
        """Report earlier starts that did not end normally, in one sentence."""
        if starts:
            self.report(starts[0].sentence, "\n\n".join(start.details for start in starts))

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            application = QCoreApplication.instance()
            if application is not None:
                application.quit()
            return
        if not self._is_new(kind, trace):
            return
        self._hooks[0](kind, error, trace)
        self.report(
            f"An error occurred in the program ({_named(kind, error)}). Saved data is intact, but your last action may "
            "not have been completed: try it again, and send the report if it fails again.",
            "".join(traceback.format_exception(kind, error, trace)),
        )

    def _on_thread_exception(self, given: threading.ExceptHookArgs) -> None:
        if given.exc_type is not SystemExit and given.exc_value is not None:
            self._on_exception(given.exc_type, given.exc_value, given.exc_traceback)

    def _on_unraisable(self, given: sys.UnraisableHookArgs) -> None:
        # Nothing that a person did failed, so it is logged and not shown.
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
