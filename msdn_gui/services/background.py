"""Work of a moment on another thread, whose answer is wanted only while nothing newer is asked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.errors import MsdnError


class Background(QObject):
    """One piece of work at a time; a newer one takes the place of those that wait."""

    done = Signal(object)
    """What the newest work gave."""
    failed = Signal(str)
    """Why the newest work could not be done, in a sentence."""
    _ended = Signal(int, object, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        # A pool of its own ends with this object: nothing is read after the window is gone.
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._newest = 0
        self._ended.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def start(self, work: Callable[[], object]) -> None:
        """Begins; ``done`` or ``failed`` follows unless other work comes first."""
        self.cancel()
        self._pool.start(_Work(self, self._newest, work))

    def cancel(self) -> None:
        """Want no answer any more."""
        self._pool.clear()
        self._newest += 1

    def _take(self, number: int, answer: object, fault: str) -> None:
        if number != self._newest:
            return
        if fault:
            self.failed.emit(fault)
        else:
            self.done.emit(answer)


class _Work(QRunnable):
    def __init__(self, owner: Background, number: int, work: Callable[[], object]) -> None:
        super().__init__()
        self._owner, self._number, self._work = owner, number, work

    def run(self) -> None:
        answer, fault = None, ""
        try:
            answer = self._work()
        except MsdnError as error:
            fault = str(error)
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._owner._ended.emit(self._number, answer, fault)
