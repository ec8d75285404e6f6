"""The session: everything the workspaces share, put together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from msdn_core.project import PROJECT_FILE
from msdn_gui.session.checkpoints import CheckpointChoice, shipped_checkpoints
from msdn_gui.session.document import Document, read_project
from msdn_gui.session.film_pins import FilmPins
from msdn_gui.session.inference import Inference
from msdn_gui.session.messages import Messages
from msdn_gui.session.navigation import Navigation
from msdn_gui.session.selection import Selection
from msdn_gui.session.table_edits import TableEdits

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_gui.services.explaining import ExplainerService


class Session(QObject):
    """One open document, one selection, one checkpoint."""

    def __init__(
        self,
        explainer: ExplainerService | None = None,
        parent: QObject | None = None,
        *,
        shipped_checkpoints: Callable[[], list[CheckpointChoice]] = shipped_checkpoints,
    ) -> None:
        """``explainer`` may be left out; then no explanation is requested.

        ``shipped_checkpoints`` lists the checkpoints that come with the program.
        """
        super().__init__(parent)
        self.messages = Messages(self)
        self.document = Document(self.messages, self)
        self.selection = Selection(self.document, self)
        self.inference = Inference(
            self.document, self.selection, self.messages, explainer, self, shipped_checkpoints=shipped_checkpoints
        )
        self.navigation = Navigation(self.selection, self)
        self.edits = TableEdits(self.document, self.selection, self.inference)
        self.film_pins = FilmPins(self.document, self.selection, self.messages, self)

    def open_project(self, path: Path) -> None:
        """Open a project in place of the open one, which stays open if this fails (MsdnError)."""
        project = self.document.project
        if project is not None and project.path == Path(path).absolute():
            self.document.reload_images()
            return
        if project is not None and not (project.path / PROJECT_FILE).exists():
            # It was moved, perhaps to ``path``: its lock, held here, would keep it from being opened.
            self.close_project()
        opened = read_project(path)
        self.close_project()
        self.document.show(opened)
        self.inference.use_first_fitting_checkpoint()

    def close_project(self) -> None:
        """Close the open project, if any; nothing is selected then."""
        if self.document.project is None:
            return
        self.inference.wait()
        self.selection.clear()
        self.inference.use_checkpoint(None)
        self.document.close()
