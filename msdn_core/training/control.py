"""The trainer's side of a run's directory: its status, its events, and the commands and signals that it follows.

A thread reads the commands: each is acknowledged at once, whatever the trainer is doing, and followed at the next
``poll``. The thread also updates the heartbeat.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from msdn_core.errors import MsdnError
from msdn_core.runs.events import CommandTaken, Event, Message
from msdn_core.runs.status import BY_COMMAND, RunState, current_process

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_core.ending_signals import EndingSignals
    from msdn_core.runs.directory import Command, RunDirectory

_POLL_S = 0.2
_HEARTBEAT_S = 1.0


class StopRequested(Exception):  # noqa: N818 - not an error
    """A command or a signal ends the run with ``state``."""

    def __init__(self, state: RunState, reason: str = BY_COMMAND) -> None:
        super().__init__(str(state))
        self.state = state
        self.reason = reason


class Control:
    """The events that a running trainer emits and the commands that it receives."""

    def __init__(
        self,
        run: RunDirectory,
        listener: Callable[[Event], None] | None = None,
        signals: EndingSignals | None = None,
    ) -> None:
        self.run = run
        self._listener = listener
        self._signals = signals
        previous = run.status()
        # Commands sent while this process started are for it; earlier ones were for a previous process.
        self._offset = previous.commands_from if previous.state is RunState.STARTING else run.commands_end()
        pid, started = current_process()
        self._status = replace(previous, state=RunState.RUNNING, pid=pid, process_started=started, reason="")
        self._polled = self._written = 0.0
        self._checkpoint_requested = False
        self._end: RunState | None = None
        self._end_reason = BY_COMMAND
        self._lock = threading.RLock()
        self._over = threading.Event()
        run.write_status(self._status)
        threading.Thread(target=self._listen, name=f"commands of {run.name}", daemon=True).start()

    def emit(self, event: Event) -> None:
        """Append an event and pass it to the listener; a closed pipe behind the listener stops the run.

        The listener gets the event even if it cannot be written; then MsdnError is raised.
        """
        with self._lock:
            try:
                self.run.append(event)
            finally:
                self._tell_listener(event)

    def note(self, text: str, level: str = "info") -> None:
        """Emit a sentence for the user; ``level`` is ``info``, ``warning`` or ``error``."""
        self.emit(Message(level=level, text=text))

    def report_step(self, step: int, steps: int) -> None:
        """Record the number of steps done; it is written at most once a second."""
        with self._lock:
            self._status = replace(self._status, step=step, steps=steps)
            self._update_heartbeat()

    def _tell_listener(self, event: Event) -> None:
        if self._listener is None:
            return
        try:
            self._listener(event)
        except OSError:
            self._listener = None
            self._request_end(RunState.STOPPED, "Stopped because the reader of its output is gone.")

    def poll(self) -> None:
        """Follow commands and signals: wait while paused; raise StopRequested if one of them ends the run."""
        if time.monotonic() - self._polled >= _POLL_S:
            self._read_commands()
        self._check_signals()
        while self._status.state is RunState.PAUSED and self._end is None:
            self._wait()
            self._read_commands()
            self._check_signals()
        if self._end is not None:
            raise StopRequested(self._end, self._end_reason)

    def _check_signals(self) -> None:
        if self._signals is not None and self._signals.received is not None:
            self._request_end(RunState.STOPPED, self._signals.reason)

    def _request_end(self, state: RunState, reason: str) -> None:
        if self._end is None:
            self._end, self._end_reason = state, reason

    def stop_requested(self) -> bool:
        """Return whether the run is to end; for work that checks instead of being interrupted."""
        try:
            self.poll()
        except StopRequested:
            return True
        return False

    def pop_checkpoint_request(self) -> bool:
        """Return whether a checkpoint was requested since the last call."""
        requested, self._checkpoint_requested = self._checkpoint_requested, False
        return requested

    @property
    def end(self) -> StopRequested:
        """What ended the run, for work that returned because ``stop_requested`` told it to."""
        return StopRequested(self._end or RunState.STOPPED, self._end_reason)

    def finish(self, state: RunState, reason: str, figures: dict[str, object] | None = None) -> None:
        """Write the final status of the run, on a full disk too if its file system allows; else raise MsdnError."""
        with self._lock:
            self._over.set()
            shown = figures if figures is not None else self._status.figures
            self._status = replace(self._status, state=state, reason=reason, figures=shown)
            self.run.write_final_status(self._status)

    def show_figures(self, figures: dict[str, object]) -> None:
        """Write the best figures so far into the status, for lists of runs."""
        with self._lock:
            self._status = replace(self._status, figures=figures)
            self._write()

    def _listen(self) -> None:
        while not self._over.wait(_POLL_S) and self.run.path.is_dir():
            try:
                self._read_commands()
                with self._lock:
                    self._update_heartbeat()
            except MsdnError:
                # A full disk fails the trainer itself, which reports it.
                continue

    def _update_heartbeat(self) -> None:
        if not self._over.is_set() and time.monotonic() - self._written > _HEARTBEAT_S:
            self._write()

    def _wait(self) -> None:
        time.sleep(_POLL_S / 2)

    def _read_commands(self) -> None:
        with self._lock:
            if self._over.is_set():
                return
            self._polled = time.monotonic()
            commands, self._offset = self.run.read_commands(self._offset)
            for command in commands:
                self._follow(command)
                self.emit(CommandTaken(command=command.command, id=command.id))

    def _follow(self, command: Command) -> None:
        if command.command in ("stop", "cancel"):
            self._end = RunState.STOPPED if command.command == "stop" else RunState.CANCELLED
            self._end_reason = BY_COMMAND
        elif command.command == "checkpoint":
            self._checkpoint_requested = True
        else:
            state = RunState.PAUSED if command.command == "pause" else RunState.RUNNING
            self._status = replace(self._status, state=state)
            self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        self.run.write_status(self._status)
