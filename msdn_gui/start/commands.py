"""The undo commands of the start screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.services.settings import SettingsStore


class RemoveRecent(QUndoCommand):
    """Removes a project from the recent ones; its folder is not changed."""

    def __init__(self, settings: SettingsStore, path: Path) -> None:
        super().__init__(f"Remove “{settings.remembered(path).name or path.name}” from the list")
        self._settings, self._text = settings, str(path)
        self._place = settings.value.recent_projects.index(self._text)

    def redo(self) -> None:
        """Remove the project."""
        recent = self._settings.value.recent_projects
        self._settings.change(recent_projects=tuple(one for one in recent if one != self._text))

    def undo(self) -> None:
        """Put the project back in its place."""
        rest = [one for one in self._settings.value.recent_projects if one != self._text]
        self._settings.change(recent_projects=(*rest[: self._place], self._text, *rest[self._place :]))
