"""Work of a moment on another thread, whose answer is wanted only while nothing newer is asked."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.errors import MsdnError

T = TypeVar("T")


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
        answer, fault = attempted(self._work)
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._owner._ended.emit(self._number, answer, fault)


def attempted(work: Callable[[], T]) -> tuple[T | None, str]:
    """What ``work`` gives and no sentence, or nothing and one of why; a fault of the program's own is told besides.

    Who waits for an answer from another thread has to get one, whatever happens there.
    """
    try:
        return work(), ""
    except MsdnError as error:
        return None, str(error)
    except Exception as error:
        sys.excepthook(type(error), error, error.__traceback__)
        return None, f"This could not be done for a fault of the program ({type(error).__name__}); try it again."
