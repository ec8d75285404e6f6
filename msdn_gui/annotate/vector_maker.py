"""Computes class vectors from all judgements on another thread, over a connection of its own."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.judged_vectors import JudgedVectors, vectors_from_judgements
from msdn_core.errors import MsdnError
from msdn_core.project import Project


class VectorMaker(QObject):
    """One computation at a time; the newest request's answer comes."""

    made = Signal(object, object)
    """The ``ClassTable`` that it holds for, and the ``JudgedVectors``."""
    failed = Signal(str)
    _done = Signal(int, object, object, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._newest = 0
        self._done.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def make(self, project: Path, table: ClassTable) -> None:
        """Begins; the vectors come by signal."""
        self._pool.clear()
        self._newest += 1
        self._pool.start(_Make(self, self._newest, project, table))

    def _take(self, number: int, table: ClassTable, made: JudgedVectors | None, fault: str) -> None:
        if number != self._newest:
            return
        if made is None:
            self.failed.emit(fault)
        else:
            self.made.emit(table, made)


class _Make(QRunnable):
    def __init__(self, owner: VectorMaker, number: int, project: Path, table: ClassTable) -> None:
        super().__init__()
        self._owner, self._number, self._project, self._table = owner, number, project, table

    def run(self) -> None:
        made, fault = None, ""
        try:
            with Project.open(self._project, read_only=True) as project:
                images = project.images()
                present, certainty = project.annotations.judgements_in_force([image.id for image in images])
            index = self._table.class_index
            labels = np.array([index.get(image.class_name or "", -1) for image in images], dtype=np.int64)
            made = vectors_from_judgements(present, certainty, labels, len(self._table.classes))
        except MsdnError as error:
            fault = str(error)
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._owner._done.emit(self._number, self._table, made, fault)
