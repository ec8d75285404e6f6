"""The window: rail, top bar, message bar, the workspaces and the chip, put together."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from msdn_gui.look.icons import icon
from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.services import Services
from msdn_gui.services.explaining import ExplainPhase
from msdn_gui.session import Session
from msdn_gui.shell.action_list import ActionList
from msdn_gui.shell.actions import Actions
from msdn_gui.shell.dialogs.close_question import Answer, CloseQuestion, stop_and_keep
from msdn_gui.shell.frame.activity import ActivityWatch
from msdn_gui.shell.frame.dropping import dropped_folder
from msdn_gui.shell.frame.layout_memory import LayoutMemory
from msdn_gui.shell.frame.menus import Menus
from msdn_gui.shell.frame.rail import Rail
from msdn_gui.shell.frame.status_chip import StatusChip
from msdn_gui.shell.frame.top_bar import TopBar
from msdn_gui.shell.opening import Opening
from msdn_gui.shell.palette.palette import Palette
from msdn_gui.shell.project_memory import Remembering
from msdn_gui.shell.settings.applying import Applying
from msdn_gui.shell.shell_actions import ShellActions
from msdn_gui.shell.tour.tour import Tour
from msdn_gui.shell.workspaces import ENTRIES, NAMES
from msdn_gui.start.page import StartPage
from msdn_gui.widgets.build import make_label, named
from msdn_gui.widgets.empty_state import EmptyState
from msdn_gui.widgets.message_bar import MessageBar

_STATUS_HEIGHT = 30
START = "start"
_WAYS = (
    ("open_project", "project"),
    ("open_images", "folder-images"),
    ("import_data", "import"),
    ("open_checkpoint", "checkpoint"),
    ("open_aviary", "bird"),
)


class MainWindow(QMainWindow):
    """One window on one session."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("MSDN Explorer")
        self.setWindowIcon(icon("logo"))
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.session = session
        self.services = services
        self.opening = Opening(session, services, self)
        self.commands = Actions(self)
        self.workspaces: dict[str, QWidget] = {}
        self.current = ""
        self._close_decided = False
        self._layout = LayoutMemory(services.settings, self)
        self.message_bar = MessageBar()
        self.chip = StatusChip()
        self.rail = Rail()
        self.stack = named(QStackedWidget(), "workspaces")
        self.menus = Menus(self)
        self.action_list = ActionList(services.settings, self.menuBar())
        self.top_bar = TopBar(session, self.menus.fill_project_menu, self.commands["open_checkpoint"])
        self._waiting = EmptyState("bird", "Opening …", "A new project takes a few seconds; it opens by itself.")
        self.start = StartPage(session, services, [(self.commands[name], sign) for name, sign in _WAYS])
        self._is_at_start = False
        self._facts = make_label(name="facts")
        self.palette_bar = Palette(self)
        self.tour = Tour(self)
        self.shell_actions = ShellActions(self)
        self._compose()
        Applying(services, self)
        ActivityWatch(services, self.chip, self)
        session.messages.posted.connect(self.message_bar.show_message)
        session.navigation.run_requested.connect(lambda: self.show_workspace("train"))
        session.navigation.explore_requested.connect(lambda: self.show_workspace("explore"))
        self.top_bar.classes_asked.connect(lambda: self.show_workspace("classes"))
        session.document.project_changed.connect(self._show_project)
        for changed in (session.document.images_changed, session.document.table_changed):
            changed.connect(self._show_facts)
        self.opening.busy_changed.connect(lambda _: self._show_page())
        self.rail.chosen.connect(lambda name: self.show_start() if name == START else self.show_workspace(name))
        self.start.chosen.connect(self._open_chosen)
        Remembering(session, services.settings, self)
        self.chip.opened.connect(self.show_workspace)
        self._show_project(session.document.project)

    # Composition

    def _compose(self) -> None:
        self.rail.add(START, "Start", "home", "Recent projects, and what can be opened")
        for entry in ENTRIES:
            self.rail.add(entry.name, entry.title, entry.icon_name, entry.hint)
        self.stack.addWidget(self.start)
        self.stack.addWidget(self._waiting)
        self._facts.setProperty("look", "muted")
        self._facts.setFont(small_font())
        status = QHBoxLayout()
        status.setContentsMargins(SPACING * 2, 0, SPACING, 0)
        status.addWidget(self._facts)
        status.addStretch(1)
        status.addWidget(self.chip)
        bottom = _StatusRow()
        bottom.setLayout(status)
        bottom.setFixedHeight(_STATUS_HEIGHT)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self.top_bar, 0), (self.message_bar, 0), (self.stack, 1), (bottom, 0)):
            column.addWidget(widget, stretch)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(column, 1)
        centre = QWidget()
        centre.setLayout(row)
        self.setCentralWidget(centre)

    # Workspaces

    def show_workspace(self, name: str) -> None:
        """Shows a workspace; it is made when it is first shown."""
        name = name if name in NAMES else NAMES[0]
        self.current = name
        self._is_at_start = False
        self.services.settings.change(workspace=name)
        self._show_page()

    def step_image(self, by: int) -> None:
        """Chooses the image ``by`` places further on, in the shown workspace's own order where it has one."""
        workspace = self.workspaces.get(self.current) if self.session.document.project is not None else None
        step = getattr(workspace, "step_image", self.session.selection.step_image)
        step(by)

    def show_start(self) -> None:
        """Shows the start screen; an open project stays open."""
        self._is_at_start = True
        self._show_page()

    def _open_chosen(self, path: Path) -> None:
        # Not open_path, which would make a project of a folder whose project is gone.
        self.opening.open_project(path)
        project = self.session.document.project
        if project is not None and project.path == path and self._is_at_start:
            self.show_workspace(self.current)

    def _show_page(self) -> None:
        has_project = self.session.document.project is not None
        waits = not has_project and self.opening.is_busy
        is_at_start = self._is_at_start or (not has_project and not waits)
        self.rail.set_current(START if is_at_start else self.current)
        if waits or is_at_start:
            self.stack.setCurrentWidget(self._waiting if waits else self.start)
            self.services.undo_group.setActiveStack(None if waits else self.start.undo_stack)
            self.menus.show_actions_of("", [])
            return
        if not self.current:
            return
        workspace = self._made(self.current)
        self.stack.setCurrentWidget(workspace)
        self.services.undo_group.setActiveStack(workspace.undo_stack)
        self.menus.show_actions_of(workspace.title, workspace.actions())

    def _made(self, name: str) -> QWidget:
        if name not in self.workspaces:
            entry = next(entry for entry in ENTRIES if entry.name == name)
            self.workspaces[name] = entry.make(self.session, self.services)
            self.action_list.adopt(name, self.workspaces[name])
            self._layout.watch(self.workspaces[name])
            self.stack.addWidget(self.workspaces[name])
        return self.workspaces[name]

    def settled(self) -> bool:
        """Whether all that is to be seen is there."""
        if self.opening.is_busy:
            return False
        if self.session.inference.explaining.phase in (ExplainPhase.STARTING, ExplainPhase.WORKING):
            return False
        if self.services.jobs.find("demo") is not None and self.services.thumbnails.waits_for_files:
            return False
        if self.start.isVisible():
            return self.start.settled()
        return all(workspace.settled() for workspace in self.workspaces.values())

    # What is told

    def _show_project(self, project: object) -> None:
        name = getattr(project, "name", "")
        self.setWindowTitle(f"{name} – MSDN Explorer" if name else "MSDN Explorer")
        self._show_facts()
        self._is_at_start = False
        self._show_page()

    def _show_facts(self) -> None:
        session = self.session
        if session.document.project is None:
            self._facts.clear()
            return
        table = session.document.table
        parts = [f"{len(session.document.images):,} images"]
        if table.classes:
            parts.append(f"{len(table.classes):,} classes ({int((~table.seen).sum()):,} unseen)")
            parts.append(f"{len(table.attributes):,} attributes")
        self._facts.setText(" · ".join(parts))

    def set_theme(self, mode: str) -> None:
        """Puts on another theme, and remembers it; ``mode`` is one of ``theme.MODES``."""
        self.services.settings.change(theme=mode)
        theme().set_mode(mode)

    # What is dropped

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A folder may be dropped."""
        if dropped_folder(event.mimeData()) is not None:
            event.acceptProposedAction()
            self.start.drop_zone.show_drag(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It is taken elsewhere."""
        super().dragLeaveEvent(event)
        self.start.drop_zone.show_drag(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Opens the dropped folder."""
        self.start.drop_zone.show_drag(False)
        path = dropped_folder(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            # Opening may take a moment; the window that the folder was dragged from shall not wait for it.
            QTimer.singleShot(0, self, lambda: self.shell_actions.open_dropped(path))

    # The end

    def restore(self) -> None:
        """Puts the window where it was."""
        if not self._layout.restore_geometry():
            self.resize(1280, 800)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks what shall become of runs that go on."""
        runs = self.services.run_monitor.active()
        if runs and not self._close_decided:
            event.ignore()
            if self.findChild(CloseQuestion) is None:
                question = CloseQuestion(runs, self)
                question.answered.connect(lambda answer: self._answered(answer, runs))
                question.open()
            return
        self._layout.keep_geometry()
        event.accept()

    def close_for_good(self) -> None:
        """Closes without a question and lets go of all widgets; the event loop has ended."""
        self._close_decided = True
        self.close()
        self.deleteLater()

    def _answered(self, answer: Answer, runs: list[str]) -> None:
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
