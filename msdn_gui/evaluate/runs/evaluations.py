"""The project's runs with their kept evaluations; files are read on a thread of a pool."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.domain.metrics.seeds import configuration
from msdn_core.errors import MsdnError
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.evaluated_run import EvaluatedRun, read_evaluated_run
from msdn_core.runs.evaluations import checkpoint_kind, evaluation_folder, read_figures
from msdn_gui.services.background import attempted
from msdn_gui.services.runs import RunMonitor
from msdn_gui.session import Session


@dataclass(frozen=True)
class RunEntry:
    """A run of the list."""

    directory: RunDirectory
    kind: str | None
    """Its checkpoint, ``best`` or ``last``; None while it has none."""
    figures: dict[str, Any] | None = field(default=None, compare=False)
    """None while it was not evaluated."""
    fault: str = ""
    config: dict[str, Any] = field(default_factory=dict, compare=False)
    stamp: int = 0
    """When its figures were written."""

    @property
    def name(self) -> str:
        """The run's name."""
        return self.directory.name

    @property
    def seed(self) -> Any:
        """The seed it was trained with."""
        return self.config.get("seed")


class Evaluations(QObject):
    """Follows the project's runs, and reads an evaluation when it is asked for."""

    listed = Signal()
    """``entries`` are others now."""
    loaded = Signal(str, object, str)
    """Run, its EvaluatedRun (None where it was not evaluated, or cannot be read), and why it cannot be read."""
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
        self._done.connect(lambda answer: answer(), Qt.ConnectionType.QueuedConnection)
        monitor.run_list_changed.connect(self.list_runs)
        session.document.project_changed.connect(self._start_over)
        self.list_runs()

    @property
    def is_reading(self) -> bool:
        """Whether something asked for has not come yet."""
        return bool(self._loading) or not self.is_listed

    def entry(self, name: str | None) -> RunEntry | None:
        """A run by its name."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def seeds_of(self, name: str) -> tuple[dict[str, Any], ...]:
        """The figures of all evaluated runs that differ from this one in nothing but their seed, its own first."""
        entry = self.entry(name)
        if entry is None:
            return ()
        alike = configuration(entry.config)
        same = [one for one in self.entries if one is not entry and configuration(one.config) == alike]
        others = {one.seed: one.figures for one in same if one.seed != entry.seed and one.figures is not None}
        return tuple(figures for figures in (entry.figures, *others.values()) if figures is not None)

    def seeds_beside(self, name: str, other: str) -> tuple[dict[str, Any], ...]:
        """``seeds_of`` another run; none where it differs from the first one in its seed alone."""
        one, two = self.entry(name), self.entry(other)
        if one is None or two is None or configuration(one.config) == configuration(two.config):
            return ()
        return self.seeds_of(other)

    def list_runs(self) -> None:
        """Looks again which runs there are, and which were evaluated."""
        project = self._session.document.project
        if project is None:
            self._take_entries(None, [])
        elif self._monitor.is_known:
            runs, path = list(self._monitor.runs), project.path
            self._work(lambda: (path, [_listed(run) for run in runs]), self._take_entries)

    def load(self, name: str) -> None:
        """Reads a run's evaluation; ``loaded`` follows."""
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

        def take(run: EvaluatedRun | None, fault: str) -> None:
            if self._loading.get(name) == number:
                del self._loading[name]
                self.loaded.emit(name, run, fault)

        self._work(read, take)

    def wait(self) -> None:
        """Until nothing is being read."""
        self._pool.waitForDone()

    def _start_over(self, _project: object) -> None:
        self._loading.clear()
        self.entries, self.is_listed = [], False
        self.list_runs()
        self.listed.emit()

    def _take_entries(self, path: Path | None, entries: list[RunEntry]) -> None:
        if (self._session.document.project.path if self._session.document.project is not None else None) != path:
            return
        changed = entries != self.entries or not self.is_listed
        self.entries, self.is_listed = entries, True
        if changed:
            self.listed.emit()

    def _work(self, read: Callable[[], tuple[Any, ...]], take: Callable[..., None]) -> None:
        self._pool.start(_Work(self, read, take))


class _Work(QRunnable):
    def __init__(self, owner: Evaluations, read: Callable[[], tuple[Any, ...]], take: Callable[..., None]) -> None:
        super().__init__()
        self._owner, self._read, self._take = owner, read, take

    def run(self) -> None:
        found, take = self._read(), self._take
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._owner._done.emit(lambda: take(*found))


def _listed(run: RunDirectory) -> RunEntry:
    """A run as it is listed, whatever is the matter with its files: the others are listed beside it."""
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
            figures = None  # It is being written anew.
    return RunEntry(run, kind, figures, fault, config, stamp)
