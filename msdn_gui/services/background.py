"""Short work on another thread; only the answer to the newest request counts."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Background(QObject):
    """Runs one piece of work at a time; newer work replaces what is waiting."""

    done = Signal(object)
    """The result of the newest work."""
    failed = Signal(str)
    """Why the newest work failed, in a sentence."""
    _ended = Signal(int, object, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        # Its own pool ends with this object, so no work outlives the window.
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._newest = 0
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    def start(self, work: Callable[[], object]) -> None:
        """Start work; ``done`` or ``failed`` follows unless newer work is started first."""
        self.cancel()
        self._pool.start(_Work(self, self._newest, work))

    def cancel(self) -> None:
        """Drop the work that is waiting, and the answer to the work that is running."""
        self._pool.clear()
        self._newest += 1

    def _on_ended(self, number: int, answer: object, fault: str) -> None:
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
    """Return the result of work and an empty sentence, or None and why it failed; errors of the program are reported.

    The caller waits for an answer from another thread, so there is one whatever happens.
    """
    try:
        return work(), ""
    except MsdnError as error:
        return None, str(error)
    except Exception as error:
        sys.excepthook(type(error), error, error.__traceback__)
        return None, f"This failed because of an error in the program ({type(error).__name__}); try again."
