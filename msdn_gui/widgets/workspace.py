"""What the window asks of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QTabWidget, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QUndoStack


class Workspace(QWidget):
    """A page of the window for one kind of work on the open project; it is made when it is first shown."""

    title: str
    undo_stack: QUndoStack
    """Undo and Redo work on it while the workspace is shown."""

    def actions(self) -> list[QAction]:
        """Return the actions of the menu that is named after the workspace."""
        raise NotImplementedError

    def settled(self) -> bool:
        """Return whether everything that can be shown now is on the screen."""
        raise NotImplementedError

    def step_image(self, by: int) -> bool:  # noqa: ARG002
        """Select the image ``by`` places further in the workspace's own order; return False if it has none."""
        return False

    def show_part(self, part: str) -> None:
        """Show the part that an action belongs to: by default the tab of that name."""
        for tabs, place in self._tabs_named(part):
            tabs.setCurrentIndex(place)

    def hides_part(self, part: str) -> bool:
        """Return whether a part is behind another tab, so that its actions may be available once it is shown."""
        return any(tabs.currentIndex() != place for tabs, place in self._tabs_named(part))

    def _tabs_named(self, text: str) -> list[tuple[QTabWidget, int]]:
        return [
            (tabs, place)
            for tabs in self.findChildren(QTabWidget)
            for place in range(tabs.count())
            if tabs.tabText(place).replace("&", "") == text
        ]
