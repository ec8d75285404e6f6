"""Everything that changes run directories, on another thread: on a slow disk it takes longer than a frame."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.errors import RunError
from msdn_core.recipes.enqueuing import queue_runs
from msdn_core.recipes.refit import create_refit
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.launch import launch_queue, launch_training
from msdn_core.runs.queue import cancel_waiting, enqueue, hold_queue, queue_lock, read_order, set_queue_order
from msdn_core.runs.status import RunState
from msdn_gui.services.background import attempted

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.recipes.config import TrainConfig
    from msdn_core.recipes.grid import GridRun

Command = Callable[[RunDirectory], Sequence[str]]


class Starter(QObject):
    """Starts, queues and resumes runs, one request after another."""

    started = Signal(str)
    """The name of a run that was started or queued."""
    failed = Signal(str)
    """Why something could not be done."""
    _done = Signal(object, object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        command: Command | None = None,
        queue_command: Sequence[str] | None = None,
    ) -> None:
        """``command`` and ``queue_command`` replace the trainer and the queue's process in tests."""
        super().__init__(parent)
        self._command = command
        self._queue_command = queue_command
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._done.connect(_finish, Qt.ConnectionType.QueuedConnection)

    def start(self, project: Path, config: TrainConfig, name: str) -> None:
        """Create a run and start it; ``started`` or ``failed`` follows, as for every method that starts something."""
        self.do(lambda: self._launch(RunDirectory.create(project, name or None, config.to_json())), self.started.emit)

    def refit(self, run: RunDirectory) -> None:
        """Train a finished run again on all seen classes."""
        self.do(lambda: self._launch(create_refit(run)), self.started.emit)

    def resume(self, run: RunDirectory) -> None:
        """Resume a run from its last checkpoint, or start a queued one now."""

        def resume() -> str:
            with queue_lock(run.project_path):
                state = run.status().state
                if state is not RunState.QUEUED and not state.resumable:
                    raise RunError(f"Run “{run.name}” is {state}, so it cannot be started.")
                return self._launch(run)

        self.do(resume, self.started.emit)

    def queue(self, project: Path, runs: Sequence[GridRun], name: str) -> None:
        """Queue new runs and make sure that a process starts them; ``started`` names the first."""

        def make() -> str:
            made = queue_runs(project, name or None, runs)
            self._ensure_queue_process(project)
            return made[0].name

        self.do(make, self.started.emit)

    def queue_again(self, run: RunDirectory) -> None:
        """Queue a run that has ended, to be resumed in its turn."""

        def add() -> str:
            enqueue(run)
            self._ensure_queue_process(run.project_path)
            return run.name

        self.do(add, self.started.emit)

    def arrange(self, project: Path, names: Sequence[str]) -> None:
        """Set the order of the queued runs."""
        self.do(lambda: set_queue_order(project, names))

    def remove_from_queue(self, run: RunDirectory) -> None:
        """Remove a run from the queue; it is listed as cancelled."""
        self.do(lambda: cancel_waiting(run))

    def hold(self, project: Path, held: bool) -> None:
        """Hold the queue, or continue it with a new process if there is none."""

        def change() -> None:
            hold_queue(project, held)
            self._ensure_queue_process(project)

        self.do(change)

    def do(self, work: Callable[[], Any], then: Callable[[Any], None] = lambda _: None) -> None:
        """Do work on another thread; ``then`` gets its result on the window's thread, or ``failed`` is sent."""
        self._pool.start(_Task(self, work, then))

    def close(self) -> None:
        """Wait for running work."""
        self._pool.waitForDone()

    def _launch(self, run: RunDirectory) -> str:
        launch_training(run, command=self._command(run) if self._command else None)
        return run.name

    def _ensure_queue_process(self, project: Path) -> None:
        """Start the queue's process unless the queue is on hold."""
        if not read_order(project).held:
            launch_queue(project, command=self._queue_command)


class _Task(QRunnable):
    def __init__(self, starter: Starter, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        super().__init__()
        self._starter, self._work, self._then = starter, work, then

    def run(self) -> None:
        result, fault = attempted(self._work)
        with contextlib.suppress(RuntimeError):  # The window is gone; the work is done.
            if fault:
                self._starter.failed.emit(fault)
            else:
                self._starter._done.emit(self._then, result)


def _finish(then: Callable[[Any], None], result: Any) -> None:
    then(result)
