"""The main window: rail, top bar, message bar, workspaces and status chip, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from msdn_gui.actions.bind import ActionSet
from msdn_gui.look.icons import icon
from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.shell.action_list import ActionList
from msdn_gui.shell.actions import ACTIONS
from msdn_gui.shell.binding import ShellBinding
from msdn_gui.shell.dialogs.close_question import Answer, CloseQuestion, stop_and_keep
from msdn_gui.shell.dialogs.opener import DialogOpener
from msdn_gui.shell.frame.activity import ActivityWatch
from msdn_gui.shell.frame.dropping import dropped_folder
from msdn_gui.shell.frame.layout_memory import LayoutMemory
from msdn_gui.shell.frame.menus import Menus
from msdn_gui.shell.frame.rail import Rail
from msdn_gui.shell.frame.status_chip import StatusChip
from msdn_gui.shell.frame.top_bar import TopBar
from msdn_gui.shell.navigator import START, Navigator
from msdn_gui.shell.opening import Opening
from msdn_gui.shell.palette.finder import PaletteFinder
from msdn_gui.shell.palette.palette import Palette
from msdn_gui.shell.project_memory import ProjectMemory
from msdn_gui.shell.settings.applying import SettingsApplier
from msdn_gui.shell.tour.tour import Tour
from msdn_gui.shell.workspaces import ENTRIES
from msdn_gui.start.page import StartPage
from msdn_gui.widgets.build import make_column, make_label, make_row
from msdn_gui.widgets.notices.message_bar import MessageBar

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.project import Project
    from msdn_gui.services import Services
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange
    from msdn_gui.widgets.workspace import Workspace

_STATUS_HEIGHT = 30
_OPENERS = ("shell.open_project", "shell.open_images", "shell.import", "shell.open_checkpoint", "shell.open_aviary")
"""The actions of the start screen."""


class MainWindow(QMainWindow):
    """One window on one session."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("MSDN Explorer")
        self.setWindowIcon(icon("logo"))
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.session, self.services = session, services
        self._close_decided = False
        self.opening = Opening(session, services, self)
        self.commands = ActionSet(self, ACTIONS, context=Qt.ShortcutContext.WindowShortcut)
        self.action_list = ActionList(services.settings, self)
        self.action_list.adopt(self)
        openers = [(self.commands[name], self.commands.specs[name].icon) for name in _OPENERS]
        self.start = StartPage(session, services, openers)
        self.navigator = Navigator(session, services, self.opening, self.start, self)
        self.stack = self.navigator.stack
        self._make_frame()
        self._make_tools()
        self._compose()
        self._connect()
        self._on_project_changed(session.document.project)

    def _make_frame(self) -> None:
        session, services = self.session, self.services
        self._layout = LayoutMemory(services.settings, self)
        self.message_bar = MessageBar()
        self.chip = StatusChip()
        self.rail = Rail()
        self.menus = Menus(
            self.menuBar(), self.commands, session.document, services.settings, self.opening.open_project
        )
        self.top_bar = TopBar(session, self.menus.fill_project_menu, self.commands["shell.open_checkpoint"])
        self._facts = make_label(name="facts")

    def _make_tools(self) -> None:
        session, services = self.session, self.services
        finder = PaletteFinder(self.navigator, self.action_list, session, services.settings, self.opening.open_project)
        self.palette_bar = Palette(self, finder)
        self.tour = Tour(self, self.navigator, session, services.settings, self.opening)
        self._dialogs = DialogOpener(self, session, services, self.opening)
        self._binding = ShellBinding(
            self, self.commands, self.action_list, session, services, self.opening, self.navigator, self._dialogs
        )
        self._binding.bind({"shell.palette": self.palette_bar.open, "shell.tour": self.tour.start})
        SettingsApplier(services, self)
        ActivityWatch(services, self.chip, self)
        ProjectMemory(session, services.settings, self)

    def _compose(self) -> None:
        self.rail.add(START, "Start", "home", self.commands["shell.start"].statusTip())
        for entry in ENTRIES:
            self.rail.add(entry.name, entry.title, entry.icon_name, entry.hint)
        self._facts.setProperty("look", "muted")
        self._facts.setFont(small_font())
        status = make_row(self._facts)
        status.setContentsMargins(SPACING * 2, 0, SPACING, 0)
        status.addStretch(1)
        status.addWidget(self.chip)
        bottom = _StatusRow()
        bottom.setLayout(status)
        bottom.setFixedHeight(_STATUS_HEIGHT)
        column = make_column(self.top_bar, self.message_bar, self.stack, bottom, spacing=0)
        column.setStretchFactor(self.stack, 1)
        row = make_row(self.rail, column, spacing=0)
        row.setStretch(1, 1)
        centre = QWidget()
        centre.setLayout(row)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        session = self.session
        session.messages.posted.connect(self.message_bar.show_message)
        self.top_bar.classes_asked.connect(lambda: self.show_workspace("classes"))
        session.document.project_changed.connect(self._on_project_changed)
        session.document.images_changed.connect(self._update_facts)
        session.document.table_changed.connect(self._on_table_changed)
        self.navigator.workspace_made.connect(self._on_workspace_made)
        self.navigator.page_changed.connect(self._on_page_changed)
        self.rail.chosen.connect(self._on_rail_clicked)
        self.start.chosen.connect(self._on_recent_chosen)
        self.chip.opened.connect(self.show_workspace)

    # Pages

    @property
    def workspaces(self) -> dict[str, Workspace]:
        """The workspaces that have been made, by name."""
        return self.navigator.workspaces

    @property
    def current(self) -> str:
        """The name of the workspace that is shown, or was shown before the start screen."""
        return self.navigator.current

    def show_workspace(self, name: str) -> None:
        """Show a workspace; it is made when it is first shown."""
        self.navigator.show_workspace(name)

    def settled(self) -> bool:
        """Return whether everything that can be shown now is on the screen."""
        return self.navigator.settled()

    def _on_rail_clicked(self, name: str) -> None:
        if name == START:
            self.navigator.show_start()
        else:
            self.navigator.show_workspace(name)

    def _on_recent_chosen(self, path: Path) -> None:
        # Not open_path, which would make a project of a folder whose project is gone.
        self.opening.open_project(path)
        project = self.session.document.project
        if project is not None and project.path == path and self.navigator.page == START:
            self.navigator.show_again()

    def _on_workspace_made(self, workspace: Workspace) -> None:
        self.action_list.adopt(workspace)
        self._layout.watch(workspace)

    def _on_page_changed(self) -> None:
        self.rail.set_current(self.navigator.page)
        self.menus.show_actions_of(self.navigator.shown)

    def _on_project_changed(self, project: Project | None) -> None:
        self.setWindowTitle(f"{project.name} – MSDN Explorer" if project is not None else "MSDN Explorer")
        self._update_facts()
        self._on_page_changed()

    def _on_table_changed(self, change: TableChange) -> None:
        if not change.is_values_only:
            self._update_facts()

    def _update_facts(self) -> None:
        document = self.session.document
        if document.project is None:
            self._facts.clear()
            return
        table = document.table
        parts = [f"{len(document.images):,} images"]
        if table.classes:
            parts.append(f"{len(table.classes):,} classes ({int((~table.seen).sum()):,} unseen)")
            parts.append(f"{len(table.attributes):,} attributes")
        self._facts.setText(" · ".join(parts))

    # Dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept what can be opened."""
        if dropped_folder(event.mimeData()) is not None:
            event.acceptProposedAction()
            self.start.drop_zone.show_drag(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Show the start screen's drop area as before."""
        super().dragLeaveEvent(event)
        self.start.drop_zone.show_drag(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self.start.drop_zone.show_drag(False)
        path = dropped_folder(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            # Opening may take a moment; the program that the folder was dragged from does not wait for it.
            QTimer.singleShot(0, self, lambda: self._dialogs.open_dropped(path))

    # Opening and closing

    def restore(self) -> None:
        """Restore the position and size of the window."""
        if not self._layout.restore_geometry():
            self.resize(1280, 800)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what to do with runs that are still training."""
        runs = self.services.run_monitor.active()
        if runs and not self._close_decided:
            event.ignore()
            if self.findChild(CloseQuestion) is None:
                question = CloseQuestion(runs, self)
                question.answered.connect(lambda answer: self._on_close_answered(answer, runs))
                question.open()
            return
        self._layout.keep_geometry()
        event.accept()

    def close_for_good(self) -> None:
        """Close without a question and delete all widgets; the event loop has ended."""
        self._close_decided = True
        self.close()
        # Otherwise the group would update the actions of Undo and Redo while they are deleted.
        group = self.services.undo_group
        group.removeStack(group.activeStack())
        self.deleteLater()

    def _on_close_answered(self, answer: Answer, runs: list[str]) -> None:
        if answer is Answer.STAY:
            return
        if answer is Answer.STOP:
            faults = stop_and_keep(self.services.run_monitor, runs)
            if faults:
                self.session.messages.error(faults[0])
                return
        self._close_decided = True
        self.close()


class _StatusRow(QWidget):
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, theme().colours.q("line"))
        painter.end()
