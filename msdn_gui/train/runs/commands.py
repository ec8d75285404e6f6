"""Undoable edits in Train: deleting a run, and reordering the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_core.runs.trash import discard, restore
from msdn_gui.session.undo import ProjectEdit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from msdn_core.runs.directory import RunDirectory
    from msdn_gui.session.messages import Messages
    from msdn_gui.train.form.starting import Starter


class DeleteRun(ProjectEdit):
    """Moves a run to the project's trash; undone, it is back as a whole."""

    def __init__(
        self, messages: Messages, starter: Starter, run: RunDirectory, on_deleted: Callable[[Path], None]
    ) -> None:
        """``on_deleted`` is called with the run's place in the trash."""
        super().__init__(messages, f"Delete run “{run.name}”")
        self._starter, self._run, self._on_deleted = starter, run, on_deleted
        self._trash: Path | None = None

    def apply(self) -> None:
        """Move the run to the trash."""
        self._starter.do(lambda: discard(self._run), self._remember)

    def revert(self) -> None:
        """Move it back."""
        if self._trash is not None:
            trash, self._trash = self._trash, None
            self._starter.do(lambda: restore(trash, self._run))

    def _remember(self, trash: Path) -> None:
        self._trash = trash
        self._on_deleted(trash)


class ReorderQueue(ProjectEdit):
    """Changes the order of the queued runs; those that have started since are left out."""

    def __init__(
        self,
        messages: Messages,
        set_order: Callable[[Sequence[str]], None],
        before: Sequence[str],
        after: Sequence[str],
    ) -> None:
        super().__init__(messages, "Reorder the queue")
        self._set_order, self._before, self._after = set_order, list(before), list(after)

    def apply(self) -> None:
        """Set the new order."""
        self._set_order(self._after)

    def revert(self) -> None:
        """Set the order from before."""
        self._set_order(self._before)
