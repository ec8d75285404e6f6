"""The highest score of all other classes in each image, computed on another thread while sliders move."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.domain.search import strongest_rival

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_gui.session.collection import Collection


@dataclass(frozen=True, eq=False)
class _Request:
    collection: Collection
    table: ClassTable
    row: int
    gamma: float
    clip: bool

    def gives_same(self, other: _Request) -> bool:
        """Return whether only the row's own vector differs, which its rivals do not depend on."""
        old, new = self.table, other.table
        if self.collection is not other.collection or old.vectors.shape != new.vectors.shape:
            return False
        if (self.row, self.gamma, self.clip) != (other.row, other.gamma, other.clip):
            return False
        if old is new:
            return True
        changed = (old.vectors != new.vectors).any(axis=1) | (old.seen != new.seen)
        changed[self.row] = False
        return not bool(changed.any())


class RivalScores(QObject):
    """Can be asked after every change; computes only if something besides the class's own vector changed."""

    computed = Signal()
    _done = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._request: _Request | None = None
        self._scores: NDArray[np.float32] | None = None
        self._number = 0
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._done.connect(self._on_done, Qt.ConnectionType.QueuedConnection)

    def of(
        self, collection: Collection, table: ClassTable, row: int, gamma: float, *, clip: bool
    ) -> NDArray[np.float32] | None:
        """Return (N,) scores for a row of the table; None while they are computed, ``computed`` follows."""
        request = _Request(collection, table, row, gamma, clip)
        if self._request is None or not self._request.gives_same(request):
            self._scores = None
            self._number += 1
            self._pool.clear()
            self._pool.start(_Work(self, self._number, request))
        self._request = request
        return self._scores

    def deliver(self, number: int, scores: NDArray[np.float32]) -> None:
        """Hand over the scores of a request, from the thread that computed them."""
        self._done.emit(number, scores)

    def _on_done(self, number: int, scores: NDArray[np.float32]) -> None:
        if number == self._number:
            self._scores = scores
            self.computed.emit()


class _Work(QRunnable):
    def __init__(self, owner: RivalScores, number: int, request: _Request) -> None:
        super().__init__()
        self._owner, self._number, self._request = owner, number, request

    def run(self) -> None:
        one = self._request
        unit = one.table.unit_vectors(clip_negative=one.clip)
        scores = strongest_rival(one.collection.fused, unit, one.table.seen, one.gamma, one.row)
        with contextlib.suppress(RuntimeError):  # The window was closed.
            self._owner.deliver(self._number, scores)
