"""Watching the training runs of the open project, whoever started them: files are read on a thread of a pool."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, QTimer, Signal

_POLL_MS = 500
_EVENTS_AT_ONCE = 2000


@dataclass
class _Seen:
    """What was read of one run."""

    directory: Any
    status: Any
    stamp: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class _Poll:
    project: Path
    watched: dict[str, int]
    known: dict[str, _Seen] = field(default_factory=dict)


@dataclass
class _Found:
    project: Path
    runs: dict[str, _Seen]
    events: dict[str, tuple[list[Any], int]]
    fault: str = ""


class RunMonitor(QObject):
    """Emits what changes in the project's run directories; never blocks the window."""

    run_list_changed = Signal()
    """Runs came or went: see ``runs``."""
    events = Signal(str, list)
    """Run name, new events (only of runs that are watched; the first time, all of them from the start)."""
    status_changed = Signal(str, object)
    """Run name, RunStatus."""
    _polled = Signal(object)

    def __init__(self, parent: QObject | None = None, *, interval_ms: int = _POLL_MS) -> None:
        super().__init__(parent)
        self._project: Path | None = None
        self._runs: dict[str, _Seen] = {}
        self._offsets: dict[str, int] = {}
        self._busy = False
        self._known = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._timer = QTimer(self, interval=interval_ms)
        self._timer.timeout.connect(self.poll)
        self._polled.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def is_known(self) -> bool:
        """Whether the runs of this project were read already."""
        return self._known or self._project is None

    @property
    def runs(self) -> list[Any]:
        """The RunDirectory objects, newest first."""
        return [seen.directory for seen in self._runs.values()]

    def status(self, run: str) -> Any | None:
        """The last RunStatus read of a run."""
        seen = self._runs.get(run)
        return seen.status if seen is not None else None

    def active(self) -> list[str]:
        """Names of the runs that go on, paused ones included."""
        return [name for name, seen in self._runs.items() if seen.status.state.alive]

    def set_project(self, project: Path | None) -> None:
        """Watches the runs of another project, or none."""
        had_runs = bool(self._runs)
        self._project = project
        self._known = False
        self._runs = {}
        self._offsets = {}
        if had_runs:
            self.run_list_changed.emit()
        if project is None:
            self._timer.stop()
        else:
            self._timer.start()
            self.poll()

    def watch(self, run: str) -> None:
        """Also hands on a run's events: all from its beginning, then each new one. Again: from the beginning."""
        self._offsets[run] = 0
        self.poll()

    def unwatch(self, run: str) -> None:
        """Hands its events on no longer."""
        self._offsets.pop(run, None)

    def poll(self) -> None:
        """Looks now, unless a look is under way."""
        if self._busy or self._project is None:
            return
        self._busy = True
        self._pool.start(_Look(self, _Poll(self._project, dict(self._offsets), dict(self._runs))))

    def close(self) -> None:
        """Stops looking."""
        self._timer.stop()
        self._project = None
        self._pool.clear()
        self._pool.waitForDone()

    def _take(self, found: _Found) -> None:
        self._busy = False
        if found.project != self._project:
            self.poll()
            return
        before, knew = self._runs, self._known
        self._runs, self._known = found.runs, True
        if list(before) != list(self._runs) or not knew:
            self.run_list_changed.emit()
        for name, seen in self._runs.items():
            old = before.get(name)
            if old is None or old.status != seen.status:
                self.status_changed.emit(name, seen.status)
        more = False
        for name, (events, offset) in found.events.items():
            # Where the run was watched anew meanwhile, what was read from another place is not wanted.
            if name not in self._offsets or self._offsets[name] != offset[0]:
                continue
            self._offsets[name] = offset[1]
            if events:
                more = True
                for start in range(0, len(events), _EVENTS_AT_ONCE):
                    self.events.emit(name, events[start : start + _EVENTS_AT_ONCE])
        if more:
            self.poll()


class _Look(QRunnable):
    def __init__(self, monitor: RunMonitor, poll: _Poll) -> None:
        super().__init__()
        self._monitor = monitor
        self._poll = poll

    def run(self) -> None:
        found = _look(self._poll)
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._monitor._polled.emit(found)


def _look(poll: _Poll) -> _Found:
    """On the pool's thread: which runs there are, how they are, and what is new of the watched ones."""
    found = _Found(poll.project, {}, {})
    if not (poll.project / "runs").is_dir():
        return found
    from msdn_core.runs.listing import list_runs

    with contextlib.suppress(OSError):
        for directory in list_runs(poll.project):
            known = poll.known.get(directory.name)
            found.runs[directory.name] = _Seen(known.directory if known else directory, directory.status())
    for name, offset in poll.watched.items():
        if name not in found.runs:
            continue
        with contextlib.suppress(OSError):
            events, end = found.runs[name].directory.read_events(offset)
            found.events[name] = (events, (offset, end))
    return found
