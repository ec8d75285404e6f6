"""The base of all undoable edits of a project.

The undo history lasts as long as the project is open (docs/adr/0003): edits themselves are committed as they are made.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtGui import QUndoCommand

from msdn_core.errors import MsdnError, ProjectError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from msdn_gui.session.messages import Messages

K = TypeVar("K")
V = TypeVar("V")


class ProjectEdit(QUndoCommand):
    """An edit of a project, committed as it is made.

    An edit that cannot be made, undone or redone posts one sentence, changes nothing and leaves the stack.
    """

    def __init__(self, messages: Messages, text: str) -> None:
        super().__init__(text)
        self._messages = messages
        self.was_done = False

    @abstractmethod
    def apply(self) -> None:
        """Make the edit, or make it again; raise MsdnError, and change nothing, if that is not possible."""

    @abstractmethod
    def revert(self) -> None:
        """Restore what was there before, with everything the edit removed; raise MsdnError if not possible."""

    def check(self) -> None:
        """Raise MsdnError if the edit no longer applies to what is open; called before apply and revert."""

    def redo(self) -> None:
        """Make the edit, first or again."""
        if self.isObsolete():
            return
        try:
            self.check()
            self.apply()
        except MsdnError as error:
            self._give_up(error, "redone")
        self.was_done = True

    def undo(self) -> None:
        """Revert the edit."""
        if self.isObsolete():
            return
        try:
            self.check()
            self.revert()
        except MsdnError as error:
            self._give_up(error, "undone")

    def _give_up(self, error: MsdnError, verb: str) -> None:
        self.setObsolete(True)
        if self.was_done:
            self._messages.warning(f"“{self.text()}” can no longer be {verb}: {error}")
        else:
            self._messages.error(str(error))


class ValuesEdit(ProjectEdit, Generic[K, V]):
    """Gives keys other values; refuses to overwrite a value that has since been changed elsewhere."""

    def __init__(self, messages: Messages, text: str, values: Mapping[K, V]) -> None:
        super().__init__(messages, text)
        self._after = dict(values)
        self._before: dict[K, V] | None = None

    @abstractmethod
    def read(self, keys: Collection[K]) -> dict[K, V]:
        """Return the present value of each key."""

    @abstractmethod
    def write(self, values: Mapping[K, V]) -> None:
        """Store the values, all or none."""

    @abstractmethod
    def describe(self, key: K) -> str:
        """Return the subject of “… has since been changed elsewhere” for a key."""

    def apply(self) -> None:
        """Store the new values."""
        present = self.read(self._after.keys())
        if self._before is None:
            self._before = present
        else:
            self._check_unchanged(present, self._before)
        self.write(self._after)

    def revert(self) -> None:
        """Store the values from before."""
        assert self._before is not None
        self._check_unchanged(self.read(self._after.keys()), self._after)
        self.write(self._before)

    def _check_unchanged(self, present: Mapping[K, V], expected: Mapping[K, V]) -> None:
        changed = next((key for key, value in expected.items() if present.get(key) != value), None)
        if changed is not None:
            raise ProjectError(f"{self.describe(changed)} has since been changed elsewhere.")
