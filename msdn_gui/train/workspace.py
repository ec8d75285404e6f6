"""The Train workspace: the list of runs, and beside it one run, several runs compared, or the form for a new one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QMenu, QStackedWidget, QWidget

from msdn_core.installation import engine_command
from msdn_core.recipes.config_file import read_config, write_config
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.notes import write_notes
from msdn_core.runs.status import RunStatus
from msdn_gui.actions.bind import ActionSet, set_reason
from msdn_gui.session.readiness import training_obstacle
from msdn_gui.train.actions import actions_of
from msdn_gui.train.form.run_form import RunForm
from msdn_gui.train.form.starting import Command, Starter
from msdn_gui.train.run.compare_view import MOST, CompareView
from msdn_gui.train.run.run_view import RunView
from msdn_gui.train.runs.history import HISTORY_ACTIONS, History
from msdn_gui.train.runs.run_list import RunList
from msdn_gui.train.runs.run_model import RUN_ROLE
from msdn_gui.widgets.notices.empty_state import EmptyState
from msdn_gui.widgets.parted import BESIDE, parted
from msdn_gui.widgets.refresh import Refresher
from msdn_gui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QAction, QShowEvent

    from msdn_core.project import ImageRecord
    from msdn_core.recipes.config import TrainConfig
    from msdn_core.recipes.grid import GridRun
    from msdn_core.runs.events import Event
    from msdn_gui.services import Services
    from msdn_gui.session import Session


_EMPTY_TEXT = (
    "A run trains the network on this project's images in the background. Its curves are shown here while it trains, "
    "and its checkpoint can be used in Explore."
)


class TrainWorkspace(Workspace):
    """Runs of the open project, started here or in a shell."""

    title = "Train"
    icon_name = "train"

    def __init__(
        self,
        session: Session,
        services: Services,
        *,
        command: Command | None = None,
        queue_command: Sequence[str] | None = None,
    ) -> None:
        """``command`` and ``queue_command`` replace the trainer and the queue's process in tests."""
        super().__init__()
        self.setObjectName("train")
        self._session, self._monitor = session, services.run_monitor
        self._shown: str | None = None
        self._requested: str | None = None
        self.starter = Starter(self, command=command, queue_command=queue_command)
        self.commands = ActionSet(self, actions_of())
        self.history = History(self, session, self._monitor, services.settings, self.starter, self.commands)
        self.undo_stack = self.history.stack
        services.undo_group.addStack(self.undo_stack)
        self.form, self.compared = RunForm(), CompareView()
        self.view = RunView(session, services.settings, self.commands)
        self._compared: tuple[str, ...] = ()
        self.commands.bind(
            {
                "train.new_run": self.ask_for_run,
                "train.pause": self.view.toggle_pause,
                "train.stop": lambda: self.view.send("stop"),
                "train.cancel": self.view.cancel_run,
                "train.refit": self.view.refit_run,
                "train.open_in_explore": self.view.open_in_explore,
                "train.earlier": lambda: self._shift(-1),
                "train.later": lambda: self._shift(1),
            }
        )
        menu = QMenu(self)
        menu.addActions([self.commands[name] for name in (*HISTORY_ACTIONS, "train.earlier", "train.later")])
        self.runs = RunList(self._monitor, self.commands["train.new_run"], menu)
        self.model, self.list = self.runs.model, self.runs.view
        self.empty = EmptyState(
            "train",
            "No runs yet",
            _EMPTY_TEXT,
            (self.commands["train.new_run"],),
        )
        self._reading = QWidget()
        self._stack = QStackedWidget()
        for page in (self._reading, self.empty, self.form, self.view, self.compared):
            self._stack.addWidget(page)
        self._stack.setProperty("look", "panel")
        self._stack.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        columns = parted("train_columns", BESIDE, self.runs, self._stack, sizes=[280, 1000])
        columns.setStretchFactor(1, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(columns)

        self.runs.chosen.connect(self._on_chosen)
        self.runs.hold_requested.connect(self._hold)
        self.model.modelReset.connect(self._show_selected)
        self._monitor.run_list_changed.connect(self._show_empty)
        self._stack.currentChanged.connect(self._update_actions)
        self.view.state_changed.connect(self._update_actions)
        self._monitor.events.connect(self._on_events)
        self._monitor.status_changed.connect(self._on_status_changed)
        self._monitor.waiting_changed.connect(self._update_actions)
        self.form.start_requested.connect(self._start)
        self.form.queue_requested.connect(self._queue)
        self.form.load_requested.connect(lambda: self._ask_for_settings(QFileDialog.AcceptMode.AcceptOpen))
        self.form.save_requested.connect(lambda: self._ask_for_settings(QFileDialog.AcceptMode.AcceptSave))
        self.model.order_requested.connect(self.history.arrange)
        self.history.duplicate_requested.connect(self._duplicate)
        self.view.notes.written.connect(lambda run, notes: self.starter.do(lambda: write_notes(run.path, notes)))
        self.form.left.connect(self._show_selected)
        self.view.resume_requested.connect(self.starter.resume)
        self.view.refit_requested.connect(self.starter.refit)
        self.view.remove_requested.connect(self.starter.remove_from_queue)
        self.view.explore_requested.connect(self._use_checkpoint)
        self.view.film.explore_requested.connect(self._show_in_explore)
        self.view.failed.connect(session.messages.error)
        self.starter.started.connect(self._started)
        self.starter.failed.connect(self._start_failed)
        session.document.project_changed.connect(self._on_project_changed)
        session.navigation.run_requested.connect(self._show_requested)
        refresher = Refresher(self, self._update_obstacle)
        session.document.table_changed.connect(refresher.on_table_changed)
        session.document.images_changed.connect(refresher.request)
        self._update_obstacle()
        self._show_selected()
        self._update_actions()
        self.history.watch_folders()
        self._show_requested()

    def actions(self) -> list[QAction]:
        """Return the actions of the menu."""
        return self.commands.in_menu()

    def load_settings(self, file: Path) -> None:
        """Fill in the form from a file."""
        self.starter.do(lambda: read_config(file), self.form.load)

    def save_settings(self, file: Path) -> None:
        """Write the settings of the form to a file."""
        config = self.form.config()
        message = f"Settings were saved to {file}; `{engine_command()} train --config` reads them too."
        self.starter.do(lambda: write_config(file, config), lambda _: self._session.messages.info(message))

    def settled(self) -> bool:
        """Return whether the selected run's curves are on the screen."""
        if not self._monitor.is_known:
            return False
        if self._stack.currentWidget() is self.compared:
            return self.compared.settled()
        if self._stack.currentWidget() is not self.view or self._session.document.project is None:
            return True
        has_curves = (
            len(self.view.curves.losses.series["total"]) > 0 or self.view.state.alive or not self.view.has_steps
        )
        return self.view.film.settled() and has_curves

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused):
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_for_run(self) -> None:
        """Show the form for a new run."""
        self.form.show_fault("")
        self._stack.setCurrentWidget(self.form)
        self.list.clearSelection()
        self.form.recipe.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def _update_obstacle(self) -> None:
        reason = training_obstacle(self._session.document)
        set_reason(self.commands["train.new_run"], reason)
        if reason:
            self.empty.set_text("Training is not possible yet", reason)
        else:
            self.empty.set_text(
                "No runs yet",
                _EMPTY_TEXT,
            )

    def _on_project_changed(self, _project: object) -> None:
        self.undo_stack.clear()
        self._show_run(None)
        self.history.watch_folders()
        self._update_obstacle()
        self._show_selected()

    def _show_selected(self) -> None:
        """After the list changed, show the requested run, the one shown before, or the first."""
        if self._compared and self._requested is None and self._stack.currentWidget() is self.compared:
            there = [name for name in self._compared if self.model.row_of(name) >= 0]
            if len(there) > 1:
                self.runs.choose(there)
                self._on_chosen(there)
                return
        row = self.model.row_of(self._requested or self._shown or "")
        if row < 0 and self.model.rowCount():
            if self._stack.currentWidget() is self.form and self._requested is None and self._shown is None:
                return
            row = 0
        if row < 0:
            self._show_run(None)
            return
        name = self.model.index(row).data(RUN_ROLE)
        self.runs.choose([name])
        self._show_run(name)

    def _on_chosen(self, names: list[str]) -> None:
        if len(names) == 1:
            self._show_run(names[0])
        else:
            self._compare(names[:MOST])

    def _show_run(self, name: str | None) -> None:
        if name is not None and name == self._requested:
            self._requested = None
        self._leave_comparison()
        if name is not None and name == self._shown:
            self._stack.setCurrentWidget(self.view)
            return
        if self._shown is not None:
            self._monitor.unwatch(self._shown)
        run = self._monitor.directory(name) if name is not None else None
        self._shown = name if run is not None else None
        self.history.set_run(self._shown)
        if run is None or name is None:
            self._stack.setCurrentWidget(self._reading)
            self._show_empty()
            return
        status = self._monitor.status(name) or RunStatus()
        self.view.show_run(run, status, elsewhere=self._monitor.is_elsewhere(name))
        self._stack.setCurrentWidget(self.view)
        self._monitor.watch(name)

    def _compare(self, names: list[str]) -> None:
        if tuple(names) == self._compared:
            self._stack.setCurrentWidget(self.compared)
            return
        self._leave_comparison()
        if self._shown is not None:
            self._monitor.unwatch(self._shown)
            self._shown = None
        self.history.set_run(None)
        self._compared = tuple(names)
        self.compared.show_runs(
            {
                name: (run, self._monitor.status(name) or RunStatus())
                for name in names
                if (run := self._monitor.directory(name)) is not None
            }
        )
        self._stack.setCurrentWidget(self.compared)
        for name in names:
            self._monitor.watch(name)

    def _leave_comparison(self) -> None:
        for name in self._compared:
            self._monitor.unwatch(name)
        self._compared = ()

    def _show_requested(self) -> None:
        """Show the run that another workspace requested."""
        path, self._session.navigation.requested_run = self._session.navigation.requested_run, None
        if path is not None:
            self._requested = self.history.visit(RunDirectory(path))
            self.runs.filter.clear()
            self._show_selected()

    def _show_empty(self) -> None:
        """Show that there are no runs once the list has been read."""
        if self._monitor.is_known and self._stack.currentWidget() is self._reading:
            self._stack.setCurrentWidget(self.empty)

    def _update_actions(self) -> None:
        """Enable the actions that are available for the run that is shown."""
        is_shown = self._stack.currentWidget() is self.view
        for name, obstacle in self.view.obstacles().items():
            set_reason(self.commands[name], obstacle if is_shown else "Select a run first.")
        waits = is_shown and self._shown in self._monitor.waiting.names
        for name in ("train.earlier", "train.later"):
            set_reason(self.commands[name], "" if waits else "Select a queued run first.")

    def _on_events(self, name: str, events: list[Event]) -> None:
        if name == self._shown:
            self.view.add_events(events)
        if name in self._compared:
            self.compared.add_events(name, events)

    def _on_status_changed(self, name: str, status: RunStatus) -> None:
        if name == self._shown:
            self.view.set_status(status)
            self.history.set_run(name)
        if name in self._compared:
            self.compared.set_status(name, status)

    def _start(self, config: TrainConfig, name: str) -> None:
        project = self._session.document.project
        if project is not None:
            self.form.wait(self.form.start)
            self.starter.start(project.path, config, name)

    def _queue(self, runs: list[GridRun], name: str) -> None:
        project = self._session.document.project
        if project is not None:
            self.form.wait(self.form.queue)
            self.starter.queue(project.path, runs, name)

    def _hold(self, held: bool) -> None:
        project = self._session.document.project
        if project is not None:
            self.starter.hold(project.path, held)

    def _duplicate(self, config: TrainConfig) -> None:
        self.form.load(config)
        self.ask_for_run()

    def _ask_for_settings(self, mode: QFileDialog.AcceptMode) -> None:
        opens = mode is QFileDialog.AcceptMode.AcceptOpen
        dialog = QFileDialog(self, "Load settings" if opens else "Save settings", "", "Settings (*.json)")
        dialog.setAcceptMode(mode)
        dialog.setDefaultSuffix("json")
        if not opens:
            dialog.selectFile("settings.json")
        dialog.fileSelected.connect(lambda text: (self.load_settings if opens else self.save_settings)(Path(text)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _shift(self, by: int) -> None:
        if self._shown is not None:
            self.model.shift(self._shown, by)

    def _started(self, name: str) -> None:
        self.form.allow(True)
        focused = QApplication.focusWidget()
        if focused is not None and self.form.isAncestorOf(focused):
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._requested = name
        self._monitor.poll()
        self._show_selected()

    def _start_failed(self, sentence: str) -> None:
        self.form.allow(True)
        self.view.clear_pending()
        if self._stack.currentWidget() is self.form:
            self.form.show_fault(sentence)
        else:
            self._session.messages.error(sentence)

    def _use_checkpoint(self, run: RunDirectory) -> None:
        path = run.checkpoint("best") or run.checkpoint("last")
        if path is not None:
            self._session.inference.set_checkpoint(path)
            checkpoint = self._session.inference.checkpoint
            if checkpoint is not None and checkpoint.path == path:
                self._session.messages.info(f"Explore now uses the checkpoint of run “{run.name}”.")

    def _show_in_explore(self, record: ImageRecord, attribute: str) -> None:
        """Show a filmed pair in Explore."""
        session = self._session
        names = [one.full_name for one in session.document.table.attributes]
        session.selection.set_image(record)
        if attribute in names:
            session.selection.set_attribute(names.index(attribute))
        session.navigation.explore_requested.emit()
