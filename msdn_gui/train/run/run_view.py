"""One run: how it stands, what can be done with it, and its curves, log and settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from msdn_core.errors import MsdnError
from msdn_core.number_text import duration
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import CommandTaken, Event, FeatureProgress, MachineUse, Message, StepDone
from msdn_core.runs.status import RunState, RunStatus
from msdn_gui.actions.bind import ActionSet, bind_button
from msdn_gui.look.icons import bind_icon, icon_pixmap
from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.session import Session
from msdn_gui.train.curves.curves import Curves
from msdn_gui.train.films.film_view import FilmView
from msdn_gui.train.run.log_view import LogView, last_lines
from msdn_gui.train.run.notes_view import NotesView
from msdn_gui.train.run.settings_view import SettingsView
from msdn_gui.train.runs.words import STATE_LOOKS, advice, machine_use
from msdn_gui.widgets.build import make_button, make_label, make_progress_bar, named

if TYPE_CHECKING:
    from msdn_gui.services.settings import SettingsStore

_HEARD = {"stop": "Stopping …", "cancel": "Cancelling …"}
_ASKED = {
    "pause": "Asked to pause …",
    "resume": "Asked to go on …",
    "stop": "Asked to stop …",
    "cancel": "Asked to cancel …",
}


class RunView(QWidget):
    """Follows one run by what the monitor reads of it."""

    resume_asked = Signal(object)
    """A RunDirectory without a process that shall go on."""
    look_asked = Signal(object)
    """A RunDirectory whose checkpoint shall be looked through."""
    refit_asked = Signal(object)
    """A finished RunDirectory that shall be trained anew on all seen classes."""
    take_out_asked = Signal(object)
    """A RunDirectory that waits for its turn, and shall do so no longer."""
    failed = Signal(str)
    state_shown = Signal()
    """Other buttons may be pressed now."""

    def __init__(self, session: Session, settings: SettingsStore, actions: ActionSet) -> None:
        super().__init__()
        self.setObjectName("run_view")
        self.run: RunDirectory | None = None
        self.state = RunState.QUEUED
        self._waiting = ""
        self._heard = False
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
        self.machine.setToolTip("What the run's process takes of its machine; its curves stand under “Also”")
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
        """Turns to a run; its events follow by ``take``. One ``elsewhere`` is only looked at."""
        self.run, self._waiting, self._step, self._use, self._elsewhere = run, "", None, None, elsewhere
        self.title.setText(run.name)
        self.title.setToolTip(str(run.path))
        self.notes.show_run(run, read_only=elsewhere)
        self._warnings.clear()
        self._say_warnings()
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
        except MsdnError as fault:
            self.failed.emit(str(fault))
        self.take_status(status)

    def take_status(self, status: RunStatus) -> None:
        """Shows where the run stands."""
        if status.state is not self.state and self._waiting in ("stop", "cancel", "resume", "pause"):
            self._waiting = ""
        self.state = status.state
        if status.steps:
            self.bar.setRange(0, status.steps)
            self.bar.setValue(status.step)
        if not self.state.alive and status.steps:
            self.progress.setText(f"step {status.step:,} of {status.steps:,}")
        self._show_machine()
        told = status.reason if self.state in (RunState.FAILED, RunState.LOST) else ""
        if told and self.run is not None:
            lines = last_lines(self.run.log_path, 3)
            has_checkpoint = self.run.checkpoint("last") is not None
            what = advice(self.state, has_checkpoint=has_checkpoint) if not self._elsewhere else ""
            # A trainer that ended in words has said the same in its log.
            told = "\n".join(part for part in (told, "" if told in lines else lines, what) if part)
        self.reason.setText(told)
        self.reason.setVisible(bool(told))
        self._show_state()

    def take(self, events: Sequence[Event]) -> None:
        """Shows what events tell."""
        self.curves.take(events)
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
                self.progress.setText(f"Making features: {event.done:,} of {event.total:,}{left}")
            elif isinstance(event, CommandTaken) and event.id == self._command_id:
                self._heard = True
                if event.command not in _HEARD:
                    self._waiting = ""
                self._show_state()
            elif isinstance(event, Message) and event.level != "info" and event.text not in self._warnings:
                self._warnings.append(event.text)
                self._say_warnings()
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
        """Only of a run that is at work: what one took is over with it."""
        use = self._use if self.state.alive else None
        self.machine.setText(machine_use(use) if use is not None else "")
        self.machine.setVisible(use is not None)

    def tell(self, command: str) -> None:
        """Sends a command; what was asked stands beside the name until the run acknowledges it."""
        if self.run is None:
            return
        try:
            self._command_id = self.run.send(command)
        except MsdnError as fault:
            self.failed.emit(str(fault))
            return
        self._waiting, self._heard = command, False
        self._show_state()

    def toggle_pause(self) -> None:
        """Pause, go on, or go on from the last checkpoint: whichever the state allows."""
        if self.run is None:
            return
        if self.state.resumable or self.state is RunState.QUEUED:
            self._waiting, self._heard = "resume", False
            self._show_state()
            self.resume_asked.emit(self.run)
        elif self.state.alive:
            self.tell("resume" if self.state is RunState.PAUSED else "pause")

    def give_up_waiting(self) -> None:
        """What was asked could not be done."""
        self._waiting = ""
        self._show_state()

    def cancel_run(self) -> None:
        if self.state is RunState.QUEUED and self.run is not None:
            self.take_out_asked.emit(self.run)
        else:
            self.tell("cancel")

    def open_in_explore(self) -> None:
        if self.run is not None:
            self.look_asked.emit(self.run)

    def refit_run(self) -> None:
        if self.run is not None:
            self.refit_asked.emit(self.run)

    def _show_state(self) -> None:
        sign, colour, word = STATE_LOOKS[self.state]
        self._sign.setPixmap(icon_pixmap(sign, 20, colour, self.devicePixelRatioF()))
        asked = _HEARD.get(self._waiting) if self._heard else _ASKED.get(self._waiting)
        self.word.setText(asked or (f"{word} · another folder’s, only looked at" if self._elsewhere else word))
        goes_on = self.state is RunState.PAUSED or self.state.resumable
        own = self.run is not None and not self._elsewhere
        waits = self.state is RunState.QUEUED and own
        self.pause.setText("Start now" if waits else "Resume" if goes_on else "Pause")
        bind_icon(self.pause, "resume" if goes_on or waits else "pause")
        self.cancel.setText("Remove from queue" if waits else "Cancel")
        self.reason.setStyleSheet(f"color: {theme().colours.error if self.state is RunState.FAILED else ''};")
        self.state_shown.emit()

    def obstacles(self) -> dict[str, str]:
        """Return, by action id, why an action is not available for the shown run; empty if it is."""
        own = self.run is not None and not self._elsewhere
        waits = own and self.state is RunState.QUEUED
        can_pause = own and (waits or self.state.alive or self.state.resumable) and not self._waiting
        can_stop = own and self.state.alive and self._waiting not in ("stop", "cancel")
        has_checkpoint = self.run is not None and (self.run.checkpoint("best") or self.run.checkpoint("last"))
        can_refit = bool(has_checkpoint) and own and self._validates and self.state is RunState.FINISHED
        return {
            "train.pause": "" if can_pause else "Not available for this run.",
            "train.stop": "" if can_stop else "Not available for this run: it is not training.",
            "train.cancel": "" if can_stop or waits else "Not available for this run: it is not training.",
            "train.open_in_explore": "" if has_checkpoint else "This run has no checkpoint yet.",
            "train.refit": "" if can_refit else "Only for finished runs that were selected on validation.",
        }

    def _say_warnings(self) -> None:
        """What the run warned of: images left out, a batch that was halved."""
        self.warning.setText("\n".join(self._warnings[-3:]))
        self.warning.setVisible(bool(self._warnings))

    @staticmethod
    def _button(text: str, name: str, action: QAction) -> QPushButton:
        button = make_button(text, name=name)
        button.setIcon(action.icon())
        bind_button(button, action)
        return button
