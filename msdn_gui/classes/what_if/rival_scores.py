"""The highest score of all other classes in each image, worked out on another thread while sliders move."""

from __future__ import annotations

import contextlib

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.search import strongest_rival
from msdn_gui.session.collection import Collection


class Rivals(QObject):
    """Asked at every change; it works only where something else than the class's own vector is other than before."""

    found = Signal()

    _done = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked: tuple[Collection, ClassTable, int, float, bool] | None = None
        self._scores: NDArray[np.float32] | None = None
        self._number = 0
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._done.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def of(
        self, collection: Collection, table: ClassTable, row: int, gamma: float, *, clip: bool
    ) -> NDArray[np.float32] | None:
        """(N,) the scores for a row of the table; None while they are worked out, ``found`` follows."""
        asked = (collection, table, row, gamma, clip)
        if self._asked is None or not _is_same(self._asked, asked):
            self._scores = None
            self._number += 1
            self._pool.clear()
            self._pool.start(_Work(self, self._number, asked))
        self._asked = asked
        return self._scores

    def _take(self, number: int, scores: NDArray[np.float32]) -> None:
        if number == self._number:
            self._scores = scores
            self.found.emit()


class _Work(QRunnable):
    def __init__(self, owner: Rivals, number: int, asked: tuple[Collection, ClassTable, int, float, bool]) -> None:
        super().__init__()
        self._owner, self._number, self._asked = owner, number, asked

    def run(self) -> None:
        collection, table, row, gamma, clip = self._asked
        scores = strongest_rival(collection.fused, table.unit_vectors(clip_negative=clip), table.seen, gamma, row)
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._owner._done.emit(self._number, scores)


def _is_same(
    before: tuple[Collection, ClassTable, int, float, bool], now: tuple[Collection, ClassTable, int, float, bool]
) -> bool:
    old, new, row = before[1], now[1], now[2]
    if before[0] is not now[0] or before[2:] != now[2:] or old.vectors.shape != new.vectors.shape:
        return False
    if old is new:
        return True
    changed = (old.vectors != new.vectors).any(axis=1) | (old.seen != new.seen)
    changed[row] = False
    return not bool(changed.any())
