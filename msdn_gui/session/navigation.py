"""Requests from one workspace to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.project import ImageRecord
    from msdn_gui.session.selection import Selection


class Navigation(QObject):
    """Sets what another workspace should show, and asks the shell to show it."""

    explore_requested = Signal()
    run_requested = Signal()
    """Show the run in ``requested_run`` in Train."""

    def __init__(self, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self.requested_run: Path | None = None
        """The directory of the run that Train shows next."""

    def show_image(self, record: ImageRecord, attribute: int = -1) -> None:
        """Show an image in Explore with the maps of an attribute; −1 keeps the selected one."""
        self._selection.set_image(record)
        if attribute >= 0:
            self._selection.set_attribute(attribute)
        self.explore_requested.emit()

    def show_why_not(self, record: ImageRecord, name: str, rival: str) -> None:
        """Show in Explore why an image is predicted as ``name`` and not as ``rival``."""
        self._selection.set_image(record)
        self._selection.set_class(name)
        self._selection.set_rival(rival)
        self.explore_requested.emit()

    def show_run(self, directory: Path) -> None:
        """Show a run in Train."""
        self.requested_run = directory
        self.run_requested.emit()

    def show_train(self) -> None:
        """Show Train without selecting another run."""
        self.requested_run = None
        self.run_requested.emit()
