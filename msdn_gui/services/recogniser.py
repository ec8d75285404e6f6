"""Recognises the format of a path on another thread: files are read and libraries loaded."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from msdn_gui.services.background import attempted

if TYPE_CHECKING:
    from pathlib import Path


class Recogniser(QObject):
    """Recognises the newest path that was asked for."""

    recognised = Signal(object, object)
    """Path, Recognised or None."""
    _found = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._newest = 0
        self._found.connect(self._on_found)

    def ask(self, path: Path) -> None:
        """Recognise a path; ``recognised`` follows unless another path is asked for first."""
        self._newest += 1
        self._pool.clear()
        self._pool.start(_Recognition(self, self._newest, path))

    def _on_found(self, number: int, path: Path, found: object) -> None:
        if number == self._newest:
            self.recognised.emit(path, found)


class _Recognition(QRunnable):
    def __init__(self, recogniser: Recogniser, number: int, path: Path) -> None:
        super().__init__()
        self._recogniser, self._number, self._path = recogniser, number, path

    def run(self) -> None:
        from msdn_core.importers.recognise import recognise

        found, _ = attempted(lambda: recognise(self._path))
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._recogniser._found.emit(self._number, self._path, found)
