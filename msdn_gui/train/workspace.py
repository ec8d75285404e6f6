"""The Train workspace: runs at the left; at the right a run, the form of a new one, or what will be here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.status import RunStatus
from msdn_core.training.config import TrainConfig
from msdn_core.training.grid import GridRun
from msdn_gui.icons import bind_icon
from msdn_gui.session import Session
from msdn_gui.theme import SPACING
from msdn_gui.train.run_form import RunForm
from msdn_gui.train.run_model import RUN_ROLE, RunDelegate, RunModel
from msdn_gui.train.run_view import RunView
from msdn_gui.train.starting import Command, Starter
from msdn_gui.widgets.empty_state import EmptyState

if TYPE_CHECKING:
    from msdn_gui.services import Services


class TrainWorkspace(QWidget):
    """Runs of the open project, whoever started them."""

    title = "Train"
    icon_name = "train"
    undo_stack = None

    def __init__(
        self,
        session: Session,
        services: Services,
        *,
        command: Command | None = None,
        queue_command: Sequence[str] | None = None,
    ) -> None:
        """``command`` and ``queue_command`` take the places of the trainer and of the queue's process in tests."""
        super().__init__()
        self.setObjectName("train")
        self._session, self._monitor = session, services.run_monitor
        self._shown: str | None = None
        self._wanted: str | None = None
        self.starter = Starter(self, command=command, queue_command=queue_command)
        self.model = RunModel(self._monitor)
        self.list = QListView(objectName="runs")
        self.list.setModel(self.model)
        self.list.setItemDelegate(RunDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName("Runs")
        self.list.setDragDropMode(QListView.DragDropMode.InternalMove)
        self.list.setDragDropOverwriteMode(False)
        self.form, self.view = RunForm(), RunView()
        self._make_actions()
        self.empty = EmptyState(
            "train",
            "No runs yet",
            "A run teaches the network on this project's images in the background. Its curves stand here while it "
            "works, and its checkpoint can be looked through in Explore.",
            (self.new_run,),
        )
        self._reading = QWidget()
        self._stack = QStackedWidget()
        for page in (self._reading, self.empty, self.form, self.view):
            self._stack.addWidget(page)
        self._stack.setProperty("look", "panel")
        self._stack.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.setHandleWidth(1)
        columns.setChildrenCollapsible(False)
        columns.addWidget(self._left())
        columns.addWidget(self._stack)
        columns.setStretchFactor(1, 1)
        columns.setSizes([280, 1000])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(columns)

        self.list.selectionModel().currentChanged.connect(self._chosen)
        self.model.modelReset.connect(self._choose_again)
        self._monitor.run_list_changed.connect(self._say_empty)
        self._stack.currentChanged.connect(self._enable)
        self.view.state_shown.connect(self._enable)
        self._monitor.events.connect(self._take_events)
        self._monitor.status_changed.connect(self._take_status)
        self._monitor.waiting_changed.connect(self._enable)
        self.form.asked.connect(self._start)
        self.form.queue_asked.connect(self._queue)
        self.model.order_wanted.connect(self._arrange)
        self.form.left.connect(self._choose_again)
        self.view.resume_asked.connect(self.starter.resume)
        self.view.refit_asked.connect(self.starter.refit)
        self.view.take_out_asked.connect(self.starter.take_out)
        self.view.look_asked.connect(self._look)
        self.view.message.connect(session.message)
        self.starter.started.connect(self._started)
        self.starter.failed.connect(self._start_failed)
        session.project_changed.connect(self._project_changed)
        session.table_changed.connect(self._allow)
        session.images_changed.connect(self._allow)
        self._allow()
        self._choose_again()
        self._enable()

    def actions(self) -> list[QAction]:
        """What the menu of this workspace offers."""
        steering = [self.pause_run, self.stop_run, self.cancel_run, self.refit_run, self.look_through]
        return [self.new_run, *steering, self.sooner, self.later]

    def settled(self) -> bool:
        """Whether the chosen run's curves are on the screen."""
        if not self._monitor.is_known:
            return False
        if self._stack.currentWidget() is not self.view or self._session.project is None:
            return True
        return len(self.view.curves.losses.series["total"]) > 0 or self.view.state.alive

    def ask_for_run(self) -> None:
        """Shows the form of a new run."""
        self.form.say("")
        self._stack.setCurrentWidget(self.form)
        self.list.clearSelection()
        self.form.recipe.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def _left(self) -> QWidget:
        side = QWidget()
        side.setProperty("look", "panel")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        side.setMinimumWidth(220)
        heading = QLabel("Runs")
        heading.setProperty("look", "heading")
        button = QPushButton("New run", objectName="new_run")
        bind_icon(button, "add")
        button.clicked.connect(self.new_run.trigger)
        button.setEnabled(self.new_run.isEnabled())
        self.new_run.enabledChanged.connect(button.setEnabled)
        head = QHBoxLayout()
        head.setContentsMargins(SPACING, SPACING, SPACING, 0)
        head.addWidget(heading)
        head.addStretch(1)
        head.addWidget(button)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(self.list, 1)
        return side

    def _make_actions(self) -> None:
        def make(name: str, text: str, keys: str, sign: str, do: object) -> QAction:
            action = QAction(text, self, objectName=name)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda: do())
            if sign:
                bind_icon(action, sign)
            self.addAction(action)
            return action

        view = self.view
        self.new_run = make("train_new_run", "New run …", "Ctrl+N", "add", self.ask_for_run)
        self.pause_run = make("train_pause", "Pause or resume", "P", "pause", lambda: view.pause.click())
        self.stop_run = make("train_stop", "Stop and keep", "Ctrl+.", "stop", lambda: view.stop.click())
        self.cancel_run = make("train_cancel", "Cancel", "", "cancel", lambda: view.cancel.click())
        self.refit_run = make("train_refit", "Refit on all seen classes", "R", "refresh", lambda: view.refit.click())
        self.look_through = make("train_look", "Look through its checkpoint", "L", "explore", lambda: view.look.click())

        self.sooner = make("train_sooner", "Earlier in the queue", "Alt+Up", "", lambda: self._shift(-1))
        self.later = make("train_later", "Later in the queue", "Alt+Down", "", lambda: self._shift(1))

    def _allow(self) -> None:
        session = self._session
        reason = ""
        if session.project is None:
            reason = "Open a project first: its runs will stand here."
        elif session.table_is_borrowed or not session.table.classes:
            reason = (
                "This project has no classes of its own yet. Take over the checkpoint's in Classes, or import some."
            )
        self.new_run.setEnabled(not reason)
        if reason:
            self.empty.set_text("Nothing to train yet", reason)
        else:
            self.empty.set_text(
                "No runs yet",
                "A run teaches the network on this project's images in the background. Its curves stand here while it "
                "works, and its checkpoint can be looked through in Explore.",
            )

    def _project_changed(self, _project: object) -> None:
        self._show_run(None)
        self._allow()
        self._choose_again()

    def _choose_again(self) -> None:
        """After the list changed: the run that was wanted or shown, or the first one."""
        row = self.model.row_of(self._wanted or self._shown or "")
        if row < 0 and self.model.rowCount():
            if self._stack.currentWidget() is self.form and self._wanted is None and self._shown is None:
                return
            row = 0
        if row < 0:
            self._show_run(None)
            return
        self.list.setCurrentIndex(self.model.index(row))
        self._show_run(self.model.index(row).data(RUN_ROLE))

    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self._show_run(index.data(RUN_ROLE))

    def _show_run(self, name: str | None) -> None:
        if name is not None and name == self._wanted:
            self._wanted = None
        if name is not None and name == self._shown:
            self._stack.setCurrentWidget(self.view)
            return
        if self._shown is not None:
            self._monitor.unwatch(self._shown)
        run = next((run for run in self._monitor.runs if run.name == name), None)
        self._shown = name if run is not None else None
        if run is None:
            self._stack.setCurrentWidget(self._reading)
            self._say_empty()
            return
        self.view.show_run(run, self._monitor.status(run.name) or RunStatus())
        self._stack.setCurrentWidget(self.view)
        self._monitor.watch(run.name)

    def _say_empty(self) -> None:
        """That there are no runs is said once it is known."""
        if self._monitor.is_known and self._stack.currentWidget() is self._reading:
            self._stack.setCurrentWidget(self.empty)

    def _enable(self) -> None:
        """A key steers the run that is in sight, and what its button allows."""
        view, shown = self.view, self._stack.currentWidget() is self.view
        for action, button in (
            (self.pause_run, view.pause),
            (self.stop_run, view.stop),
            (self.cancel_run, view.cancel),
            (self.refit_run, view.refit),
            (self.look_through, view.look),
        ):
            action.setEnabled(shown and button.isEnabled())
        for action in (self.sooner, self.later):
            action.setEnabled(shown and self._shown in self._monitor.waiting.names)

    def _take_events(self, name: str, events: list[object]) -> None:
        if name == self._shown:
            self.view.take(events)

    def _take_status(self, name: str, status: RunStatus) -> None:
        if name == self._shown:
            self.view.take_status(status)

    def _start(self, config: TrainConfig, name: str) -> None:
        project = self._session.project
        if project is not None:
            self.form.allow(False)
            self.starter.start(project.path, config, name)

    def _queue(self, runs: list[GridRun], name: str) -> None:
        project = self._session.project
        if project is not None:
            self.form.allow(False)
            self.starter.queue(project.path, runs, name)

    def _arrange(self, names: list[str]) -> None:
        project = self._session.project
        if project is not None:
            self._monitor.expect_order(names)
            self.starter.arrange(project.path, names)

    def _shift(self, by: int) -> None:
        if self._shown is not None:
            self.model.shift(self._shown, by)

    def _started(self, name: str) -> None:
        self.form.allow(True)
        self._wanted = name
        self._monitor.poll()
        self._choose_again()

    def _start_failed(self, sentence: str) -> None:
        self.form.allow(True)
        self.view.give_up_waiting()
        if self._stack.currentWidget() is self.form:
            self.form.say(sentence)
        else:
            self._session.message.emit("error", sentence)

    def _look(self, run: RunDirectory) -> None:
        path = run.checkpoint("best") or run.checkpoint("last")
        if path is not None:
            self._session.set_checkpoint(path)
            checkpoint = self._session.checkpoint
            if checkpoint is not None and checkpoint.path == path:
                self._session.message.emit("info", f"Explore now looks through run “{run.name}”.")
