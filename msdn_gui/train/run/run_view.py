"""One run: its state, its actions, and its curves, film, log, settings and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from msdn_core.errors import MsdnError
from msdn_core.number_text import duration
from msdn_core.runs.events import CommandTaken, Event, FeatureProgress, MachineUse, Message, StepDone
from msdn_core.runs.status import BY_COMMAND, RunState, RunStatus
from msdn_gui.actions.bind import ActionSet, bind_button
from msdn_gui.look.icons import bind_icon, icon_pixmap
from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.train.curves.curves import Curves
from msdn_gui.train.films.film_view import FilmView
from msdn_gui.train.run.log_view import LogView, last_lines
from msdn_gui.train.run.notes_view import NotesView
from msdn_gui.train.run.settings_view import SettingsView
from msdn_gui.train.runs.words import STATE_LOOKS, advice, machine_use
from msdn_gui.widgets.build import make_button, make_label, make_progress_bar, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QAction

    from msdn_core.runs.directory import RunDirectory
    from msdn_gui.services.settings import SettingsStore
    from msdn_gui.session import Session

_ACKNOWLEDGED = {"stop": "Stopping …", "cancel": "Cancelling …"}
_REQUESTED = {
    "pause": "Pause requested …",
    "resume": "Resume requested …",
    "stop": "Stop requested …",
    "cancel": "Cancel requested …",
}


class RunView(QWidget):
    """Shows what the run monitor reads of one run."""

    resume_requested = Signal(object)
    """RunDirectory to resume, or to start if it is queued."""
    explore_requested = Signal(object)
    """RunDirectory whose checkpoint Explore should use."""
    refit_requested = Signal(object)
    """Finished RunDirectory to train again on all seen classes."""
    remove_requested = Signal(object)
    """Queued RunDirectory to remove from the queue."""
    failed = Signal(str)
    state_changed = Signal()
    """Other actions are available."""

    def __init__(self, session: Session, settings: SettingsStore, actions: ActionSet) -> None:
        super().__init__()
        self.setObjectName("run_view")
        self.run: RunDirectory | None = None
        self.state = RunState.QUEUED
        self.has_steps = False
        self._pending = ""
        self._is_acknowledged = False
        self._warnings: list[str] = []
        self._elsewhere = False
        self._validates = False
        self._step: StepDone | None = None
        self._sign = QLabel()
        self.title = make_label(name="run_title")
        self.title.setProperty("look", "heading")
        self.word = make_label(name="run_state")
        self.word.setProperty("look", "muted")
        self.pause = self._button("Pause", "pause_run", actions["train.pause"])
        self.stop = self._button("Stop and keep", "stop_run", actions["train.stop"])
        self.cancel = self._button("Cancel", "cancel_run", actions["train.cancel"])
        self.look = self._button("Open in Explore", "look_through", actions["train.open_in_explore"])
        self.refit = self._button("Refit", "refit_run", actions["train.refit"])
        self.bar = make_progress_bar(name="run_progress")
        self.progress = make_label(name="run_progress_text")
        self.progress.setProperty("look", "muted")
        self.machine = make_label(name="run_machine")
        self.machine.setProperty("look", "muted")
        self.machine.setFont(small_font())
        self.machine.setToolTip(
            "Processor, memory and GPU use of the run's process; select a third plot below to see them as curves"
        )
        self.reason = make_label(name="run_reason", wrap=True)
        self.warning = make_label(name="run_warning", wrap=True)
        self.curves, self.log, self.settings, self.notes = Curves(), LogView(), SettingsView(), NotesView()
        self.film = FilmView(session, settings)
        tabs = named(QTabWidget(), "run_tabs")
        tabs.setDocumentMode(True)
        pages = {
            "Curves": self.curves,
            "Film": self.film,
            "Log": self.log,
            "Settings": self.settings,
            "Notes": self.notes,
        }
        for text, widget in pages.items():
            tabs.addTab(widget, text)
        line = QHBoxLayout()
        line.setSpacing(SPACING)
        for widget in (self._sign, self.title, self.word):
            line.addWidget(widget)
        line.addStretch(1)
        for widget in (self.pause, self.stop, self.cancel, self.refit, self.look):
            line.addWidget(widget)
        going = QHBoxLayout()
        going.setSpacing(2 * SPACING)
        going.addWidget(self.bar, 1)
        steps = QVBoxLayout()
        steps.setSpacing(0)
        for label in (self.progress, self.machine):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            steps.addWidget(label)
        going.addLayout(steps)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, 0)
        layout.setSpacing(SPACING)
        layout.addLayout(line)
        layout.addLayout(going)
        layout.addWidget(self.reason)
        layout.addWidget(self.warning)
        layout.addWidget(tabs, 1)
        theme().changed.connect(self._show_state)

    def show_run(self, run: RunDirectory, status: RunStatus, *, elsewhere: bool = False) -> None:
        """Show a run, whose events follow by ``add_events``; one of another folder (``elsewhere``) is read-only."""
        self.run, self._pending, self._step, self._use, self._elsewhere = run, "", None, None, elsewhere
        self.title.setText(run.name)
        self.title.setToolTip(str(run.path))
        self.notes.show_run(run, read_only=elsewhere)
        self._warnings.clear()
        self._show_warnings()
        self.curves.clear()
        self.log.follow(run.log_path)
        self.film.show_run(run, alive=status.state.alive)
        self.progress.setText("")
        self.bar.setRange(0, 1)
        self.bar.setValue(0)
        self._validates = False
        try:
            config = run.config()
            self.settings.show_config(config)
            self._validates = config.get("selection") == "validation"
        except MsdnError as error:
            self.failed.emit(str(error))
        self.set_status(status)

    def set_status(self, status: RunStatus) -> None:
        """Show the run's state."""
        if status.state is not self.state and self._pending in ("stop", "cancel", "resume", "pause"):
            self._pending = ""
        self.state = status.state
        self.has_steps = status.step > 0
        if status.steps:
            self.bar.setRange(0, status.steps)
            self.bar.setValue(status.step)
        if not self.state.alive and status.steps:
            self.progress.setText(f"step {status.step:,} of {status.steps:,}")
        self._show_machine()
        has_failed = self.state in (RunState.FAILED, RunState.LOST)
        is_told = has_failed or (self.state is RunState.STOPPED and status.reason != BY_COMMAND)
        reason = status.reason if is_told else ""
        if reason and has_failed and self.run is not None:
            lines = last_lines(self.run.log_path, 3)
            has_checkpoint = self.run.checkpoint("last") is not None
            what = advice(self.state, has_checkpoint=has_checkpoint) if not self._elsewhere else ""
            # A trainer that failed with a reason has logged it too.
            reason = "\n".join(part for part in (reason, "" if reason in lines else lines, what) if part)
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        self._show_state()

    def add_events(self, events: Sequence[Event]) -> None:
        """Show new events."""
        self.curves.add_events(events)
        self.film.refresh(alive=self.state.alive)
        for event in events:
            if isinstance(event, StepDone):
                self._step = event
            elif isinstance(event, MachineUse):
                self._use = event
            elif isinstance(event, FeatureProgress) and self.state.alive:
                left = f" · {duration(event.remaining_s)} left" if event.remaining_s else ""
                self.bar.setRange(0, max(1, event.total))
                self.bar.setValue(event.done)
                self.progress.setText(f"Extracting features: {event.done:,} of {event.total:,}{left}")
            elif isinstance(event, CommandTaken) and event.id == self._command_id:
                self._is_acknowledged = True
                if event.command not in _ACKNOWLEDGED:
                    self._pending = ""
                self._show_state()
            elif isinstance(event, Message) and event.level != "info" and event.text not in self._warnings:
                self._warnings.append(event.text)
                self._show_warnings()
        if self._step is not None and self.state.alive:
            step = self._step
            self.bar.setRange(0, max(1, step.steps))
            self.bar.setValue(step.step)
            self.progress.setText(
                f"step {step.step:,} of {step.steps:,} · {duration(step.remaining_s)} left · "
                f"{step.images_per_second:,.0f} images/s"
            )
        self._show_machine()

    _command_id = ""
    _use: MachineUse | None = None

    def _show_machine(self) -> None:
        """Show the use of the machine while the run trains."""
        use = self._use if self.state.alive else None
        self.machine.setText(machine_use(use) if use is not None else "")
        self.machine.setVisible(use is not None)

    def send(self, command: str) -> None:
        """Send a command; it is shown beside the name until the run acknowledges it."""
        if self.run is None:
            return
        try:
            self._command_id = self.run.send(command)
        except MsdnError as error:
            self.failed.emit(str(error))
            return
        self._pending, self._is_acknowledged = command, False
        self._show_state()

    def toggle_pause(self) -> None:
        """Pause, resume, or resume from the last checkpoint, whichever the state allows."""
        if self.run is None:
            return
        if self.state.resumable or self.state is RunState.QUEUED:
            self._pending, self._is_acknowledged = "resume", False
            self._show_state()
            self.resume_requested.emit(self.run)
        elif self.state.alive:
            self.send("resume" if self.state is RunState.PAUSED else "pause")

    def clear_pending(self) -> None:
        """Forget a request that could not be fulfilled."""
        self._pending = ""
        self._show_state()

    def cancel_run(self) -> None:
        """Cancel the run, or remove it from the queue."""
        if self.state is RunState.QUEUED and self.run is not None:
            self.remove_requested.emit(self.run)
        else:
            self.send("cancel")

    def open_in_explore(self) -> None:
        """Request the run's checkpoint for Explore."""
        if self.run is not None:
            self.explore_requested.emit(self.run)

    def refit_run(self) -> None:
        """Request a refit of the run."""
        if self.run is not None:
            self.refit_requested.emit(self.run)

    def _show_state(self) -> None:
        sign, colour, word = STATE_LOOKS[self.state]
        self._sign.setPixmap(icon_pixmap(sign, 20, colour, self.devicePixelRatioF()))
        asked = _ACKNOWLEDGED.get(self._pending) if self._is_acknowledged else _REQUESTED.get(self._pending)
        self.word.setText(asked or (f"{word} · in another folder, read-only" if self._elsewhere else word))
        can_resume = self.state is RunState.PAUSED or self.state.resumable
        own = self.run is not None and not self._elsewhere
        waits = self.state is RunState.QUEUED and own
        self.pause.setText("Start now" if waits else "Resume" if can_resume else "Pause")
        bind_icon(self.pause, "resume" if can_resume or waits else "pause")
        self.cancel.setText("Remove from queue" if waits else "Cancel")
        self.reason.setStyleSheet(f"color: {theme().colours.error if self.state is RunState.FAILED else ''};")
        self.state_changed.emit()

    def obstacles(self) -> dict[str, str]:
        """Return, by action id, why an action is not available for the shown run; empty if it is."""
        own = self.run is not None and not self._elsewhere
        waits = own and self.state is RunState.QUEUED
        can_pause = own and (waits or self.state.alive or self.state.resumable) and not self._pending
        can_stop = own and self.state.alive and self._pending not in ("stop", "cancel")
        has_checkpoint = self.run is not None and (self.run.checkpoint("best") or self.run.checkpoint("last"))
        can_refit = bool(has_checkpoint) and own and self._validates and self.state is RunState.FINISHED
        return {
            "train.pause": "" if can_pause else "Not available for this run.",
            "train.stop": "" if can_stop else "Not available for this run: it is not training.",
            "train.cancel": "" if can_stop or waits else "Not available for this run: it is not training.",
            "train.open_in_explore": "" if has_checkpoint else "This run has no checkpoint yet.",
            "train.refit": "" if can_refit else "Only for finished runs that were selected on validation.",
        }

    def _show_warnings(self) -> None:
        """Show warnings of the run, such as images left out or a halved batch."""
        self.warning.setText("\n".join(self._warnings[-3:]))
        self.warning.setVisible(bool(self._warnings))

    @staticmethod
    def _button(text: str, name: str, action: QAction) -> QPushButton:
        button = make_button(text, name=name)
        button.setIcon(action.icon())
        bind_button(button, action)
        return button
