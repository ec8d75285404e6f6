"""The project's runs and their stored evaluations; files are read on another thread."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.domain.metrics.seeds import configuration
from msdn_core.errors import MsdnError
from msdn_core.runs.evaluated_run import EvaluatedRun, read_evaluated_run
from msdn_core.runs.evaluations import checkpoint_kind, evaluation_folder, read_figures
from msdn_gui.services.background import attempted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from msdn_core.runs.directory import RunDirectory
    from msdn_gui.services.runs import RunMonitor
    from msdn_gui.session import Session


@dataclass(frozen=True)
class RunEntry:
    """A run in the list."""

    directory: RunDirectory
    kind: str | None
    """Its checkpoint, ``best`` or ``last``; None without one."""
    figures: dict[str, Any] | None = field(default=None, compare=False)
    """None if it has not been evaluated."""
    fault: str = ""
    config: dict[str, Any] = field(default_factory=dict, compare=False)
    stamp: int = 0
    """When its figures were written, in nanoseconds; a new evaluation changes the entry."""

    @property
    def name(self) -> str:
        """The run's name."""
        return self.directory.name

    @property
    def seed(self) -> Any:
        """The seed it was trained with."""
        return self.config.get("seed")


class Evaluations(QObject):
    """Follows the project's runs, and reads an evaluation on request."""

    listed = Signal()
    """``entries`` changed."""
    loaded = Signal(str, object, str)
    """The name of a run, its EvaluatedRun (None if it has not been evaluated or cannot be read), and the error."""
    _done = Signal(object)

    def __init__(self, session: Session, monitor: RunMonitor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[RunEntry] = []
        self.is_listed = False
        self._session, self._monitor = session, monitor
        self._number = 0
        self._loading: dict[str, int] = {}
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._done.connect(lambda deliver: deliver(), Qt.ConnectionType.QueuedConnection)
        monitor.run_list_changed.connect(self.list_runs)
        session.document.project_changed.connect(self._on_project_changed)
        self.list_runs()

    @property
    def is_reading(self) -> bool:
        """Whether a request has not been answered yet."""
        return bool(self._loading) or not self.is_listed

    def entry(self, name: str | None) -> RunEntry | None:
        """Return a run by its name."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def seeds_of(self, name: str) -> tuple[dict[str, Any], ...]:
        """Return the figures of all evaluated runs that differ from a run only in their seed, its own first."""
        entry = self.entry(name)
        if entry is None:
            return ()
        settings = configuration(entry.config)
        same = [one for one in self.entries if one is not entry and configuration(one.config) == settings]
        others = {one.seed: one.figures for one in same if one.seed != entry.seed and one.figures is not None}
        return tuple(figures for figures in (entry.figures, *others.values()) if figures is not None)

    def other_seeds(self, name: str, other: str) -> tuple[dict[str, Any], ...]:
        """Return ``seeds_of`` another run; nothing if both runs differ only in their seed."""
        one, two = self.entry(name), self.entry(other)
        if one is None or two is None or configuration(one.config) == configuration(two.config):
            return ()
        return self.seeds_of(other)

    def list_runs(self) -> None:
        """Read again which runs exist and which have been evaluated."""
        project = self._session.document.project
        if project is None:
            self._set_entries(None, [])
        elif self._monitor.is_known:
            runs, path = list(self._monitor.runs), project.path
            self._start(lambda: (path, [_listed(run) for run in runs]), self._set_entries)

    def load(self, name: str) -> None:
        """Read the evaluation of a run; ``loaded`` follows."""
        entry, project = self.entry(name), self._session.document.project
        if entry is None or project is None:
            return
        self._number += 1
        number = self._loading[name] = self._number
        table, images = self._session.document.table, list(self._session.document.images)

        def read() -> tuple[EvaluatedRun | None, str]:
            kind = entry.kind
            if kind is None:
                return None, ""
            return attempted(lambda: read_evaluated_run(entry.directory, kind, table, images))

        def deliver(run: EvaluatedRun | None, fault: str) -> None:
            if self._loading.get(name) == number:
                del self._loading[name]
                self.loaded.emit(name, run, fault)

        self._start(read, deliver)

    def wait(self) -> None:
        """Wait until nothing is being read."""
        self._pool.waitForDone()

    def _on_project_changed(self, _project: object) -> None:
        self._loading.clear()
        self.entries, self.is_listed = [], False
        self.list_runs()
        self.listed.emit()

    def _set_entries(self, path: Path | None, entries: list[RunEntry]) -> None:
        project = self._session.document.project
        if (project.path if project is not None else None) != path:
            return
        changed = entries != self.entries or not self.is_listed
        self.entries, self.is_listed = entries, True
        if changed:
            self.listed.emit()

    def _start(self, read: Callable[[], tuple[Any, ...]], deliver: Callable[..., None]) -> None:
        self._pool.start(_Work(self, read, deliver))


class _Work(QRunnable):
    def __init__(self, owner: Evaluations, read: Callable[[], tuple[Any, ...]], deliver: Callable[..., None]) -> None:
        super().__init__()
        self._owner, self._read, self._deliver = owner, read, deliver

    def run(self) -> None:
        answer, deliver = self._read(), self._deliver
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._owner._done.emit(lambda: deliver(*answer))


def _listed(run: RunDirectory) -> RunEntry:
    """Return the entry of a run; damaged files become its fault, so that other runs are still listed."""
    entry, fault = attempted(lambda: _entry(run))
    return entry or RunEntry(run, None, fault=fault)


def _entry(run: RunDirectory) -> RunEntry:
    kind = checkpoint_kind(run)
    figures, fault, config, stamp = None, "", {}, 0
    with contextlib.suppress(MsdnError):
        config = run.config()
    if kind is not None:
        folder = evaluation_folder(run, kind)
        try:
            figures = read_figures(folder)
            stamp = (folder / "evaluation.json").stat().st_mtime_ns if figures is not None else 0
        except MsdnError as error:
            fault = str(error)
        except OSError:
            figures = None  # The evaluation is being written.
    return RunEntry(run, kind, figures, fault, config, stamp)
