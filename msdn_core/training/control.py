"""The trainer's side of a run's directory: its status, its events, and the commands that it follows.

A thread listens: a command is acknowledged at once, whatever the trainer is in the middle of, and followed as soon as
it asks. It keeps the heartbeat, too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from msdn_core.errors import MsdnError
from msdn_core.runs.directory import Command, RunDirectory
from msdn_core.runs.events import CommandTaken, Event, Message
from msdn_core.runs.status import RunState, current_process

_POLL_S = 0.2
_HEARTBEAT_S = 1.0


class StopRequested(Exception):  # noqa: N818 - it is no error
    """A command ends the run; ``state`` says how."""

    def __init__(self, state: RunState) -> None:
        super().__init__(str(state))
        self.state = state


class Control:
    """What a running trainer says and hears."""

    def __init__(self, run: RunDirectory, listener: Callable[[Event], None] | None = None) -> None:
        self.run = run
        self._listener = listener
        before = run.status()
        # What was asked while this process started is meant for it; what was asked of one before it is not.
        self._offset = before.commands_from if before.state is RunState.STARTING else run.commands_end()
        pid, started = current_process()
        self._status = replace(before, state=RunState.RUNNING, pid=pid, process_started=started, reason="")
        self._polled = self._written = 0.0
        self._checkpoint_asked = False
        self._end: RunState | None = None
        self._lock = threading.RLock()
        self._over = threading.Event()
        run.write_status(self._status)
        threading.Thread(target=self._listen, name=f"listen for {run.name}", daemon=True).start()

    def emit(self, event: Event) -> None:
        """Appends an event, and tells the listener; one that has gone (a closed pipe) ends the run as ``stop`` does."""
        with self._lock:
            self.run.append(event)
            if self._listener is not None:
                try:
                    self._listener(event)
                except OSError:
                    self._listener = None
                    self._end = self._end or RunState.STOPPED

    def note(self, text: str, level: str = "info") -> None:
        """A sentence for the person."""
        self.emit(Message(level=level, text=text))

    def report_step(self, step: int, steps: int) -> None:
        """How far the run is; written at most once a second."""
        with self._lock:
            self._status = replace(self._status, step=step, steps=steps)
            self._beat()

    def poll(self) -> None:
        """Follows what was asked: raises StopRequested to stop or cancel, waits while paused."""
        if time.monotonic() - self._polled >= _POLL_S:
            self._hear()
        while self._status.state is RunState.PAUSED and self._end is None:
            self._wait()
            self._hear()
        if self._end is not None:
            raise StopRequested(self._end)

    def stop_requested(self) -> bool:
        """Whether a command ended the run; for work that asks instead of being interrupted."""
        try:
            self.poll()
        except StopRequested:
            return True
        return False

    def pop_checkpoint_request(self) -> bool:
        """Whether a checkpoint was asked for since the last time."""
        asked, self._checkpoint_asked = self._checkpoint_asked, False
        return asked

    @property
    def end(self) -> RunState | None:
        """How the run was asked to end, if it was."""
        return self._end

    def finish(self, state: RunState, reason: str, figures: dict[str, object] | None = None) -> None:
        """The last status of the run."""
        with self._lock:
            self._over.set()
            shown = figures if figures is not None else self._status.figures
            self._status = replace(self._status, state=state, reason=reason, figures=shown)
            self._write()

    def show_figures(self, figures: dict[str, object]) -> None:
        """The best figures so far, for lists of runs."""
        with self._lock:
            self._status = replace(self._status, figures=figures)
            self._write()

    def _listen(self) -> None:
        while not self._over.wait(_POLL_S) and self.run.path.is_dir():
            try:
                self._hear()
                with self._lock:
                    self._beat()
            except MsdnError:
                # A full disk fails the trainer itself, where it can be explained.
                continue

    def _beat(self) -> None:
        if not self._over.is_set() and time.monotonic() - self._written > _HEARTBEAT_S:
            self._write()

    def _wait(self) -> None:
        time.sleep(_POLL_S / 2)

    def _hear(self) -> None:
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
        elif command.command == "checkpoint":
            self._checkpoint_asked = True
        else:
            state = RunState.PAUSED if command.command == "pause" else RunState.RUNNING
            self._status = replace(self._status, state=state)
            self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        self.run.write_status(self._status)
