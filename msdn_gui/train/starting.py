"""Starting runs off the window's thread: making a directory and a process takes longer than a frame on a slow disk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from msdn_core.errors import MsdnError
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.launch import launch_queue, launch_training
from msdn_core.runs.queue import arrange, cancel_waiting
from msdn_core.training.config import TrainConfig
from msdn_core.training.enqueuing import queue_runs
from msdn_core.training.grid import GridRun
from msdn_core.training.refit import create_refit

Command = Callable[[RunDirectory], Sequence[str]]


class Starter(QObject):
    """Starts new runs, and goes on with those that were left."""

    started = Signal(str)
    """The run's name."""
    failed = Signal(str)
    """Why it could not be started."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        command: Command | None = None,
        queue_command: Sequence[str] | None = None,
    ) -> None:
        """``command`` and ``queue_command`` take the places of the trainer and of the queue's process in tests."""
        super().__init__(parent)
        self._command = command
        self.queue_command = queue_command
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def start(self, project: Path, config: TrainConfig, name: str) -> None:
        """Makes a run and starts it; answered by ``started`` or ``failed``."""
        self._do(lambda: RunDirectory.create(project, name or None, config.to_json()))

    def resume(self, run: RunDirectory) -> None:
        """Goes on with a run from its last checkpoint; answered by ``started`` or ``failed``."""
        self._do(lambda: run)

    def refit(self, run: RunDirectory) -> None:
        """Trains a finished run anew on all seen classes; answered by ``started`` or ``failed``."""
        self._do(lambda: create_refit(run))

    def queue(self, project: Path, runs: Sequence[GridRun], name: str) -> None:
        """Lets new runs wait for their turn; answered by ``started`` with the first one's name, or ``failed``."""
        self._pool.start(_Queue(self, lambda: queue_runs(project, name or None, runs)[0].name, project))

    def arrange(self, project: Path, names: Sequence[str]) -> None:
        """Puts waiting runs into this order; answered by ``failed`` where it cannot be written."""
        self._pool.start(_Queue(self, lambda: arrange(project, names)))

    def take_out(self, run: RunDirectory) -> None:
        """Takes a run that waits out of the queue; it stands in the list as cancelled."""
        self._pool.start(_Queue(self, lambda: cancel_waiting(run)))

    def close(self) -> None:
        """Waits for what is being started."""
        self._pool.waitForDone()

    def _do(self, find: Callable[[], RunDirectory]) -> None:
        self._pool.start(_Start(self, find, self._command))


class _Start(QRunnable):
    def __init__(self, starter: Starter, find: Callable[[], RunDirectory], command: Command | None) -> None:
        super().__init__()
        self._starter, self._find, self._command = starter, find, command

    def run(self) -> None:
        try:
            run = self._find()
            launch_training(run, command=self._command(run) if self._command else None)
        except MsdnError as fault:
            tell(self._starter.failed, str(fault))
        else:
            tell(self._starter.started, run.name)


class _Queue(QRunnable):
    """A change of the queue; where ``project`` is given, somebody has to take its runs from then on."""

    def __init__(self, starter: Starter, change: Callable[[], object], project: Path | None = None) -> None:
        super().__init__()
        self._starter, self._change, self._project = starter, change, project

    def run(self) -> None:
        try:
            answer = self._change()
            if self._project is not None:
                launch_queue(self._project, command=self._starter.queue_command)
        except MsdnError as fault:
            tell(self._starter.failed, str(fault))
        else:
            if isinstance(answer, str):
                tell(self._starter.started, answer)


def tell(signal: Signal, text: str) -> None:
    """Emits from a thread; where the window is gone, what was started goes on."""
    with contextlib.suppress(RuntimeError):
        signal.emit(text)
