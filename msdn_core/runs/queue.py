"""The queue of a project: queued runs, their order, and the process that trains them one after another.

A queued run is a run directory in the state ``queued``; nothing else is needed for it to be trained. The order is in
``queue/order.json`` of the project, which the runner only reads; queued runs that are not in it come last. So no crash
loses a run.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import filelock

from msdn_core.atomic import write_atomic, write_remedy
from msdn_core.ending_signals import EndingSignals
from msdn_core.errors import FileError, RunError
from msdn_core.links import is_link, refuse_links
from msdn_core.locks import hold_lock, locked
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.launch import start_process, trainer_command, wait_for_end
from msdn_core.runs.listing import list_runs
from msdn_core.runs.status import RunState, RunStatus
from msdn_core.safe_files import file_errors, read_json

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "queue"
_POLL_S = 0.5
_LOCK_S = 5.0
# A process that checks whether the queue is running holds the runner's lock for a moment.
_RUNNER_LOCK_S = 2.0
_MAX_BYTES = 1024 * 1024

Command = Callable[[RunDirectory], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Order:
    """The order of the queue."""

    names: tuple[str, ...] = ()
    """The runs that come first; some may no longer be queued."""
    held: bool = False
    """Whether no further run is started."""


def read_order(project: Path) -> Order:
    """Return the order of the queue; an unreadable file is ignored, because no run is lost with it."""
    path = project / FOLDER / "order.json"
    try:
        with file_errors(path):
            content = read_json(path, _MAX_BYTES)
            return Order(tuple(map(str, content["names"])), bool(content["held"]))
    except FileError:
        return Order()


def set_queue_order(project: Path, names: Sequence[str]) -> None:
    """Put these runs first in the queue, in this order; raise MsdnError if the order cannot be written."""
    _write_order(project, Order(tuple(names), read_order(project).held))


def hold_queue(project: Path, held: bool) -> None:
    """Hold the queue, so that no further run starts, or release it; the running one continues either way."""
    order = read_order(project)
    if order.held != held:
        _write_order(project, Order(order.names, held))


def sort_queued(names: Sequence[str], order: Order) -> list[str]:
    """Return queued runs, given from newest to oldest, in the order in which they are started."""
    known = set(names)
    ordered = [name for name in order.names if name in known]
    return list(dict.fromkeys([*ordered, *reversed(names)]))


def queued_runs(project: Path) -> list[RunDirectory]:
    """Return the queued runs, the next one first."""
    runs = {run.name: run for run in list_runs(project) if run.status().state is RunState.QUEUED}
    return [runs[name] for name in sort_queued(list(runs), read_order(project))]


def enqueue(run: RunDirectory) -> None:
    """Queue a run to be resumed; raise RunError if it is running or finished."""
    with queue_lock(run.project_path):
        status = run.status()
        if not status.state.resumable:
            raise RunError(f"Run “{run.name}” is {status.state}, so it cannot be queued.")
        queued = RunStatus(RunState.QUEUED, step=status.step, steps=status.steps, figures=status.figures)
        run.write_status(queued)


def cancel_waiting(run: RunDirectory) -> bool:
    """Cancel a queued run; return False if it is not queued (any more)."""
    with queue_lock(run.project_path):
        status = run.status()
        if status.state is not RunState.QUEUED:
            return False
        run.write_status(
            RunStatus(RunState.CANCELLED, step=status.step, steps=status.steps, reason="Removed from the queue.")
        )
        return True


@contextmanager
def queue_lock(project: Path) -> Iterator[None]:
    """Prevent queued runs from being started meanwhile; raise RunError if another process holds the lock for long."""
    refuse_links(project, project / FOLDER / "change.lock")
    try:
        (project / FOLDER).mkdir(exist_ok=True)
        lock = hold_lock(project / FOLDER / "change.lock", timeout=_LOCK_S)
    except filelock.Timeout as fault:
        raise RunError(f"Another process is changing the queue of {project}; try again in a moment.") from fault
    except OSError as fault:
        raise _unwritable(project, fault) from fault
    try:
        yield
    finally:
        lock.release()


def is_queue_running(project: Path) -> bool:
    """Return whether a process is training this project's queued runs."""
    path = project / FOLDER / "runner.lock"
    if not path.is_file() or is_link(path) or is_link(path.parent):
        return False
    try:
        with locked(path):
            return False
    except filelock.Timeout:
        return True
    except OSError:
        return False


class QueueRunner:
    """Trains a project's queued runs, one after another."""

    def __init__(
        self,
        project: Path,
        *,
        command: Command = trainer_command,
        on_status: Callable[[RunDirectory, RunStatus], None] = lambda _run, _status: None,
    ) -> None:
        """Prepare to train. ``on_status`` receives each run and its status when it starts and when it ends.

        ``command`` replaces the trainer in tests.
        """
        self._project = project
        self._command = command
        self._on_status = on_status

    def work(self) -> int:
        """Train queued runs until none is left or the queue is held, and return how many were trained.

        A run that fails, or whose process dies, does not block the next one. While another run of the project is
        running, the next one waits for its end. Raises RunError if another process is training the queue, or a signal
        (Ctrl+C, SIGTERM, SIGHUP) ended it, which first stops the current run; and MsdnError if the disk is full.
        """
        refuse_links(self._project, self._project / FOLDER / "runner.lock")
        trained = 0
        with EndingSignals() as signals:
            while self._has_next(signals):
                lock = self._hold_lock()
                try:
                    while self._has_next(signals):
                        trained += self._train_next(signals)
                finally:
                    lock.release()
                # Check again: a run may have been added by someone who still saw the lock held.
        return trained

    def _hold_lock(self) -> filelock.BaseFileLock:
        try:
            (self._project / FOLDER).mkdir(exist_ok=True)
            return hold_lock(self._project / FOLDER / "runner.lock", timeout=_RUNNER_LOCK_S)
        except filelock.Timeout as fault:
            raise RunError(
                f"The queue of {self._project} is already running; its runs need no second process."
            ) from fault
        except OSError as fault:
            raise _unwritable(self._project, fault) from fault

    def _has_next(self, signals: EndingSignals) -> bool:
        if signals.received is not None:
            raise RunError(f"{signals.reason} The waiting runs are kept; start the queue again to train them.")
        return not read_order(self._project).held and bool(queued_runs(self._project))

    def _train_next(self, signals: EndingSignals) -> int:
        if any(run.status().state.alive for run in list_runs(self._project)):
            time.sleep(_POLL_S)
            return 0
        with queue_lock(self._project):
            run = next(iter(queued_runs(self._project)), None)
            if run is None:
                return 0
            try:
                process = start_process(run, self._command(run))
            except RunError:
                self._on_status(run, run.status())
                return 1
        self._on_status(run, run.status())
        self._follow(run, process, signals)
        self._on_status(run, run.status())
        return 1

    def _follow(self, run: RunDirectory, process: subprocess.Popen[bytes], signals: EndingSignals) -> None:
        """Wait for the end of a run; stop it if a signal ends the queue, and give it the time to save."""
        stopping = False
        while True:
            if signals.received is not None and not stopping:
                # The run has its own session, which signals of the terminal do not reach.
                stopping = True
                run.send("stop")
            try:
                process.wait(_POLL_S)
                break
            except subprocess.TimeoutExpired:
                continue
        wait_for_end(run, process)


def _write_order(project: Path, order: Order) -> None:
    refuse_links(project, project / FOLDER / "order.json")
    try:
        (project / FOLDER).mkdir(exist_ok=True)
    except OSError as fault:
        raise _unwritable(project, fault) from fault
    content = {"names": list(order.names), "held": order.held}
    write_atomic(project / FOLDER / "order.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _unwritable(project: Path, fault: OSError) -> RunError:
    return RunError(f"The queue of {project} cannot be changed ({fault.strerror or fault}); {write_remedy(fault)}.")
