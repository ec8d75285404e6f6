"""Which format a path is in, asked on a thread: files are looked into, and libraries for them loaded."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from msdn_gui.services.background import attempted


class Recogniser(QObject):
    """Tells the format of the newest path that was asked about."""

    told = Signal(object, object)
    """The path, and its ``Recognised`` or None."""
    _found = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._newest = 0
        self._found.connect(self._take)

    def ask(self, path: Path) -> None:
        """Answered by ``told``, unless another path is asked about first."""
        self._newest += 1
        self._pool.clear()
        self._pool.start(_Look(self, self._newest, path))

    def _take(self, number: int, path: Path, found: object) -> None:
        if number == self._newest:
            self.told.emit(path, found)


class _Look(QRunnable):
    def __init__(self, recogniser: Recogniser, number: int, path: Path) -> None:
        super().__init__()
        self._recogniser, self._number, self._path = recogniser, number, path

    def run(self) -> None:
        from msdn_core.importers.recognise import recognise

        found, _ = attempted(lambda: recognise(self._path))
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._recogniser._found.emit(self._number, self._path, found)
