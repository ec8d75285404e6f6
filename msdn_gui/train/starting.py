"""Starting runs off the window's thread: making a directory and a process takes longer than a frame on a slow disk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from msdn_core.errors import MsdnError
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.launch import launch_training
from msdn_core.training.config import TrainConfig
from msdn_core.training.refit import create_refit

Command = Callable[[RunDirectory], Sequence[str]]


class Starter(QObject):
    """Starts new runs, and goes on with those that were left."""

    started = Signal(str)
    """The run's name."""
    failed = Signal(str)
    """Why it could not be started."""

    def __init__(self, parent: QObject | None = None, *, command: Command | None = None) -> None:
        """``command`` takes the trainer's place in tests."""
        super().__init__(parent)
        self._command = command
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
            self._tell(self._starter.failed, str(fault))
        else:
            self._tell(self._starter.started, run.name)

    @staticmethod
    def _tell(signal: Signal, text: str) -> None:
        with contextlib.suppress(RuntimeError):  # The window is gone; the run goes on.
            signal.emit(text)
