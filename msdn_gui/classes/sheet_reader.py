"""Reading a sheet of classes, which may be long, on another thread."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.errors import MsdnError
from msdn_core.importers.sheets import ClassSheet, read_class_sheet


class SheetReader(QObject):
    """Ends with one of its two signals."""

    read = Signal(object, object)
    """The file and its ``ClassSheet``."""
    failed = Signal(str)
    _done = Signal(object, object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._done.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def begin(self, path: Path) -> None:
        """Reads a ``.csv`` or ``.json`` file."""
        self._pool.start(_Read(self, path))

    def _take(self, path: Path, sheet: ClassSheet | None, fault: str) -> None:
        if sheet is None:
            self.failed.emit(fault)
        else:
            self.read.emit(path, sheet)


class _Read(QRunnable):
    def __init__(self, owner: SheetReader, path: Path) -> None:
        super().__init__()
        self._owner, self._path = owner, path

    def run(self) -> None:
        sheet, fault = None, ""
        try:
            sheet = read_class_sheet(self._path)
        except MsdnError as error:
            fault = str(error)
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._owner._done.emit(self._path, sheet, fault)
