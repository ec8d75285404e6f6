"""Reads a long list of images on another thread, over a separate connection."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.project import ImageRecord, Project
from msdn_gui.services.background import attempted

if TYPE_CHECKING:
    from pathlib import Path


class ImageList(QObject):
    """Reads all images of a project: 100,000 take about 0.4 s, too long for the window's thread."""

    # A list in a signal's signature would be copied into Qt's own, item by item.
    loaded = Signal(object, object)
    """The project's folder, its ImageRecords."""
    failed = Signal(str)
    _done = Signal(object, object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._done.connect(self._on_read, Qt.ConnectionType.QueuedConnection)

    def load(self, project: Path) -> None:
        """Start reading; ``loaded`` or ``failed`` is sent at the end."""
        self._pool.start(_Read(self, project))

    def wait(self) -> None:
        """Wait until nothing is being read."""
        self._pool.waitForDone()

    def _on_read(self, project: Path, images: list[object], fault: str) -> None:
        if fault:
            self.failed.emit(fault)
        else:
            self.loaded.emit(project, images)


class _Read(QRunnable):
    def __init__(self, owner: ImageList, project: Path) -> None:
        super().__init__()
        self._owner = owner
        self._project = project

    def run(self) -> None:
        images, fault = attempted(self._read)
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._owner._done.emit(self._project, images or [], fault)

    def _read(self) -> list[ImageRecord]:
        with Project.open(self._project, read_only=True) as project:
            return project.images()
