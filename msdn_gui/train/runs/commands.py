"""What can be undone in Train: deleting a run, and another order of the queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtGui import QUndoCommand

from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.trash import discard, restore
from msdn_gui.train.form.starting import Starter


class DeleteRun(QUndoCommand):
    """Moves a run into the project's trash; undone, it comes back whole."""

    def __init__(self, starter: Starter, run: RunDirectory, tell: Callable[[Path], None]) -> None:
        super().__init__(f"delete run “{run.name}”")
        self._starter, self._run, self._tell = starter, run, tell
        self._place: Path | None = None

    def redo(self) -> None:
        """Deletes it; ``tell`` hears where it lies."""
        self._starter.do(lambda: discard(self._run), self._lies_at)

    def undo(self) -> None:
        """Brings it back."""
        if self._place is not None:
            place, self._place = self._place, None
            self._starter.do(lambda: restore(place, self._run))

    def _lies_at(self, place: Path) -> None:
        self._place = place
        self._tell(place)


class ArrangeQueue(QUndoCommand):
    """Another order of the waiting runs."""

    def __init__(self, put: Callable[[Sequence[str]], None], before: Sequence[str], after: Sequence[str]) -> None:
        super().__init__("order of the queue")
        self._put, self._before, self._after = put, list(before), list(after)

    def redo(self) -> None:
        """The new order."""
        self._put(self._after)

    def undo(self) -> None:
        """The order before."""
        self._put(self._before)
