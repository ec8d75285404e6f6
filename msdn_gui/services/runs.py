"""Follows the training runs of the open project, whoever started them; files are read on another thread."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_gui.services.background import attempted
from msdn_gui.timers import make_timer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from msdn_core.runs.directory import RunDirectory
    from msdn_core.runs.status import RunStatus

_POLL_MS = 500
_EVENTS_AT_ONCE = 500


@dataclass
class _Seen:
    """What was read of a run."""

    directory: RunDirectory
    status: RunStatus
    tags: tuple[str, ...] = ()
    elsewhere: bool = False


@dataclass(frozen=True)
class Waiting:
    """The project's queue, as last read."""

    names: tuple[str, ...] = ()
    """The waiting runs, the next one first."""
    held: bool = False
    at_work: bool = False
    """Whether a process starts them."""


@dataclass(frozen=True)
class _Poll:
    project: Path
    folders: tuple[Path, ...]
    watched: dict[str, int]
    known: dict[str, _Seen] = field(default_factory=dict)


@dataclass
class _Found:
    project: Path
    runs: dict[str, _Seen]
    events: dict[str, tuple[list[Any], tuple[int, int]]]
    """Events of a run, and from where to where in its file."""
    waiting: Waiting = Waiting()


class RunMonitor(QObject):
    """Emits changes in run directories; never blocks the window.

    A run of the project is identified by its name, a run of another folder by its path.
    """

    run_list_changed = Signal()
    """Runs were added or removed: see ``runs``."""
    events = Signal(str, list)
    """Run name, new events; only of watched runs, and first all events so far."""
    status_changed = Signal(str, object)
    """Run name, RunStatus."""
    waiting_changed = Signal()
    """The queue changed: see ``waiting``."""
    _polled = Signal(object)

    def __init__(self, parent: QObject | None = None, *, interval_ms: int = _POLL_MS) -> None:
        super().__init__(parent)
        self._project: Path | None = None
        self._folders: tuple[Path, ...] = ()
        self.waiting = Waiting()
        self._runs: dict[str, _Seen] = {}
        self._offsets: dict[str, int] = {}
        self._busy = False
        self._known = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._timer = make_timer(self, interval_ms)
        self._timer.timeout.connect(self.poll)
        self._polled.connect(self._on_polled, Qt.ConnectionType.QueuedConnection)

    @property
    def is_known(self) -> bool:
        """Whether the runs of this project have been read."""
        return self._known or self._project is None

    @property
    def runs(self) -> list[RunDirectory]:
        """The run directories of the project, newest first."""
        return [seen.directory for seen in self._runs.values() if not seen.elsewhere]

    @property
    def names(self) -> list[str]:
        """The names of all runs, newest first; those of other folders last, by path."""
        return list(self._runs)

    def directory(self, run: str) -> RunDirectory | None:
        """Return the run directory of a run."""
        seen = self._runs.get(run)
        return seen.directory if seen is not None else None

    def is_elsewhere(self, run: str) -> bool:
        """Return whether a run is in another folder, and so is shown only."""
        seen = self._runs.get(run)
        return seen is not None and seen.elsewhere

    def tags(self, run: str) -> tuple[str, ...]:
        """Return the tags in a run's notes."""
        seen = self._runs.get(run)
        return seen.tags if seen is not None else ()

    def status(self, run: str) -> RunStatus | None:
        """Return the last status that was read of a run."""
        seen = self._runs.get(run)
        return seen.status if seen is not None else None

    def active(self) -> list[str]:
        """Return the names of the project's runs that have not ended, paused ones included."""
        return [name for name, seen in self._runs.items() if seen.status.state.alive and not seen.elsewhere]

    def set_project(self, project: Path | None) -> None:
        """Follow the runs of another project, or of none."""
        had_runs = bool(self._runs)
        self._project = project
        self._known = False
        self._runs = {}
        self._offsets = {}
        self._folders = ()
        self.waiting = Waiting()
        if had_runs:
            self.run_list_changed.emit()
        if project is None:
            self._timer.stop()
        else:
            self._timer.start()
            self.poll()

    def set_folders(self, folders: Sequence[Path]) -> None:
        """Also follow the runs in other folders of runs or projects."""
        if self._folders != tuple(folders):
            self._folders = tuple(folders)
            self.poll()

    def expect_order(self, names: Sequence[str]) -> None:
        """Show the waiting runs in this order, before it is read from disk."""
        self.waiting = replace(self.waiting, names=tuple(names))
        self.waiting_changed.emit()

    def watch(self, run: str) -> None:
        """Emit a run's events too: all so far, then each new one. Watching again starts from the beginning."""
        self._offsets[run] = 0
        self.poll()

    def unwatch(self, run: str) -> None:
        """Stop emitting a run's events."""
        self._offsets.pop(run, None)

    def poll(self) -> None:
        """Read now, unless reading is in progress."""
        if self._busy or self._project is None:
            return
        self._busy = True
        self._pool.start(_Reading(self, _Poll(self._project, self._folders, dict(self._offsets), dict(self._runs))))

    def close(self) -> None:
        """Stop following runs."""
        self._timer.stop()
        self._project = None
        self._pool.clear()
        self._pool.waitForDone()

    def _on_polled(self, found: _Found | None) -> None:
        self._busy = False
        if found is None:
            return  # An error of the program, which was reported; the next poll may succeed.
        if found.project != self._project:
            self.poll()
            return
        before, knew, queue = self._runs, self._known, self.waiting
        self._runs, self._known, self.waiting = found.runs, True, found.waiting
        if list(before) != list(self._runs) or not knew:
            self.run_list_changed.emit()
        for name, seen in self._runs.items():
            old = before.get(name)
            if old is None or old.status != seen.status or old.tags != seen.tags:
                self.status_changed.emit(name, seen.status)
        if queue != self.waiting:
            self.waiting_changed.emit()
        more = False
        for name, (events, (start, end)) in found.events.items():
            # If the run was watched again meanwhile, events from another offset are dropped.
            if name not in self._offsets or self._offsets[name] != start:
                continue
            self._offsets[name] = end
            if events:
                more = True
                for first in range(0, len(events), _EVENTS_AT_ONCE):
                    self.events.emit(name, events[first : first + _EVENTS_AT_ONCE])
        if more:
            self.poll()


class _Reading(QRunnable):
    def __init__(self, monitor: RunMonitor, poll: _Poll) -> None:
        super().__init__()
        self._monitor = monitor
        self._poll = poll

    def run(self) -> None:
        found, _ = attempted(lambda: _read(self._poll))
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._monitor._polled.emit(found)


def _read(poll: _Poll) -> _Found:
    """Read the runs, their states and the new events of watched ones; runs on the pool's thread."""
    found = _Found(poll.project, {}, {})
    if not (poll.project / "runs").is_dir() and not poll.folders:
        return found
    from msdn_core.runs.listing import list_runs, runs_in
    from msdn_core.runs.notes import read_notes

    def see(name: str, directory: RunDirectory, *, elsewhere: bool) -> None:
        known = poll.known.get(name)
        directory = known.directory if known else directory
        found.runs[name] = _Seen(
            directory, directory.status(remote=elsewhere), read_notes(directory.path).tags, elsewhere
        )

    with contextlib.suppress(OSError):
        for directory in list_runs(poll.project):
            see(directory.name, directory, elsewhere=False)
        found.waiting = _waiting(poll.project, found.runs)
    for folder in poll.folders:
        with contextlib.suppress(OSError):
            for directory in runs_in(folder):
                see(str(directory.path), directory, elsewhere=True)
    for name, offset in poll.watched.items():
        if name not in found.runs:
            continue
        with contextlib.suppress(OSError):
            events, end = found.runs[name].directory.read_events(offset)
            found.events[name] = (events, (offset, end))
    return found


def _waiting(project: Path, runs: dict[str, _Seen]) -> Waiting:
    from msdn_core.runs.queue import is_queue_running, read_order, sort_queued
    from msdn_core.runs.status import RunState

    names = [name for name, seen in runs.items() if seen.status.state is RunState.QUEUED]
    if not names:
        return Waiting()
    order = read_order(project)
    return Waiting(tuple(sort_queued(names, order)), order.held, is_queue_running(project))
