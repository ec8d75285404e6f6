"""Which page the window shows: the start screen, a workspace, or that a project is being opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QStackedWidget, QWidget

from msdn_gui.services.explaining import ExplainPhase
from msdn_gui.shell.factories import make_workspace
from msdn_gui.shell.workspaces import NAMES
from msdn_gui.widgets.build import named
from msdn_gui.widgets.notices.empty_state import EmptyState

if TYPE_CHECKING:
    from msdn_gui.services import Services
    from msdn_gui.session import Session
    from msdn_gui.shell.opening import Opening
    from msdn_gui.start.page import StartPage
    from msdn_gui.widgets.workspace import Workspace

START = "start"
"""The name of the start screen, as the rail has it."""


class Navigator(QObject):
    """Shows pages in a stack; a workspace is made when it is first shown."""

    page_changed = Signal()
    """Another page is shown, or the same one for another project."""
    workspace_made = Signal(object)
    """Workspace, before it is shown."""

    def __init__(
        self, session: Session, services: Services, opening: Opening, start: StartPage, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._services, self._opening = session, services, opening
        self.start_page = start
        self.stack = named(QStackedWidget(), "workspaces")
        self._waiting = EmptyState("bird", "Opening …", "A new project takes a few seconds and then opens by itself.")
        self.stack.addWidget(start)
        self.stack.addWidget(self._waiting)
        self.workspaces: dict[str, Workspace] = {}
        """Those that have been made."""
        self.current = ""
        """The workspace that is shown, or that is shown again after the start screen."""
        self._is_start_asked = False
        self._no_undo = QUndoStack(self)
        services.undo_group.addStack(self._no_undo)
        session.document.project_changed.connect(self._on_project_changed)
        session.navigation.run_requested.connect(lambda: self.show_workspace("train"))
        session.navigation.explore_requested.connect(lambda: self.show_workspace("explore"))
        opening.busy_changed.connect(lambda _: self._update())
        self._update()

    @property
    def page(self) -> str:
        """The name of the workspace that is shown, or ``START``."""
        return START if self._is_start_asked or not (self._has_project or self._opening.is_busy) else self.current

    @property
    def shown(self) -> Workspace | None:
        """The workspace that is shown; None at the start screen and while a project is being opened."""
        return self.workspaces.get(self.current) if self._has_project and not self._is_start_asked else None

    def show_workspace(self, name: str) -> None:
        """Show a workspace, as soon as a project is open."""
        self.current = name if name in NAMES else NAMES[0]
        self._is_start_asked = False
        self._services.settings.change(workspace=self.current)
        self._update()

    def show_start(self) -> None:
        """Show the start screen; an open project stays open."""
        self._is_start_asked = True
        self._update()

    def show_again(self) -> None:
        """Show the workspace from before the start screen."""
        self.show_workspace(self.current)

    def step_image(self, by: int) -> None:
        """Select the image ``by`` places further, in the order of the shown workspace if it has one of its own."""
        shown = self.workspaces.get(self.current) if self._has_project else None
        if shown is None or not shown.step_image(by):
            self._session.selection.step_image(by)

    def settled(self) -> bool:
        """Return whether everything that can be shown now is on the screen."""
        if self._opening.is_busy:
            return False
        if self._session.inference.explaining.phase in (ExplainPhase.STARTING, ExplainPhase.WORKING):
            return False
        if self._services.jobs.find("demo") is not None and self._services.thumbnails.waits_for_files:
            return False
        if self.start_page.isVisible():
            return self.start_page.settled()
        return all(workspace.settled() for workspace in self.workspaces.values())

    # Inside

    @property
    def _has_project(self) -> bool:
        return self._session.document.project is not None

    def _on_project_changed(self) -> None:
        self._is_start_asked = False
        self._update()

    def _update(self) -> None:
        if not self._has_project and self._opening.is_busy:
            self._show(self._waiting, self._no_undo)
        elif self.page == START:
            self._show(self.start_page, self.start_page.undo_stack)
        elif self.current:
            workspace = self._workspace(self.current)
            self._show(workspace, workspace.undo_stack)
        self.page_changed.emit()

    def _show(self, page: QWidget, undo_stack: QUndoStack) -> None:
        self.stack.setCurrentWidget(page)
        self._services.undo_group.setActiveStack(undo_stack)

    def _workspace(self, name: str) -> Workspace:
        if name not in self.workspaces:
            made = self.workspaces[name] = make_workspace(name, self._session, self._services)
            self.workspace_made.emit(made)
            self.stack.addWidget(made)
        return self.workspaces[name]
