"""Runs that wait for their turn, their order, and the one process that takes them one after another.

A run that waits is a run's directory in the state ``queued``: nothing else has to be there for it to be taken. Their
order stands in ``queue/order.json`` of the project, written by whoever arranges them and only read by the runner; a
waiting run that it does not name comes behind those that it does. So a crash of any of them loses no run.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from msdn_core.atomic import write_atomic
from msdn_core.errors import RunError
from msdn_core.links import is_link, refuse_links
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.launch import start_process, trainer_command, wait_for_end
from msdn_core.runs.listing import list_runs
from msdn_core.runs.status import RunState, RunStatus

FOLDER = "queue"
_LOOK_S = 0.5
_LOCK_S = 5.0
# Whoever looks whether the queue is at work holds its lock for a moment.
_RUNNER_LOCK_S = 2.0
_MAX_BYTES = 1024 * 1024

Command = Callable[[RunDirectory], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Order:
    """How the waiting runs were arranged."""

    names: tuple[str, ...] = ()
    """Those that come first; some of them may wait no longer."""
    held: bool = False
    """Whether no further run shall be taken."""


def read_order(project: Path) -> Order:
    """The order as it was arranged last; an unreadable file counts as none, for no run is lost with it."""
    try:
        with (project / FOLDER / "order.json").open("rb") as file:
            content = json.loads(file.read(_MAX_BYTES))
        return Order(tuple(map(str, content["names"])), bool(content["held"]))
    except (OSError, KeyError, TypeError, ValueError, RecursionError):
        return Order()


def set_queue_order(project: Path, names: Sequence[str]) -> None:
    """Puts these runs first, in this order; MsdnError where that cannot be written."""
    _write_order(project, Order(tuple(names), read_order(project).held))


def hold_queue(project: Path, held: bool) -> None:
    """Lets no further run be taken, or lets them be taken again; the run at work goes on either way."""
    order = read_order(project)
    if order.held != held:
        _write_order(project, Order(order.names, held))


def sort_queued(names: Sequence[str], order: Order) -> list[str]:
    """Waiting runs, given from the newest to the oldest, in the order in which they are taken."""
    arranged = [name for name in order.names if name in names]
    return list(dict.fromkeys([*arranged, *reversed(names)]))


def queued_runs(project: Path) -> list[RunDirectory]:
    """The runs that wait, the next one first."""
    runs = {run.name: run for run in list_runs(project) if run.status().state is RunState.QUEUED}
    return [runs[name] for name in sort_queued(list(runs), read_order(project))]


def enqueue(run: RunDirectory) -> None:
    """Lets a run that was left wait for its turn to go on; RunError where it is at work, or finished."""
    with queue_lock(run.project_path):
        status = run.status()
        if not status.state.resumable:
            raise RunError(f"Run “{run.name}” is {status.state}, so it cannot wait for its turn.")
        queued = RunStatus(RunState.QUEUED, step=status.step, steps=status.steps, figures=status.figures)
        run.write_status(queued)


def cancel_waiting(run: RunDirectory) -> bool:
    """Marks a run that waits as cancelled; False where it does not wait (any more)."""
    with queue_lock(run.project_path):
        status = run.status()
        if status.state is not RunState.QUEUED:
            return False
        run.write_status(
            RunStatus(RunState.CANCELLED, step=status.step, steps=status.steps, reason="It was taken out of the queue.")
        )
        return True


@contextmanager
def queue_lock(project: Path) -> Iterator[None]:
    """Nobody takes a waiting run meanwhile; RunError where another process holds this for long."""
    refuse_links(project, project / FOLDER / "change.lock")
    try:
        (project / FOLDER).mkdir(exist_ok=True)
        lock = filelock.FileLock(project / FOLDER / "change.lock", timeout=_LOCK_S)
        lock.acquire()
    except filelock.Timeout as fault:
        raise RunError(f"Another process is changing the queue of {project}; try again in a moment.") from fault
    except OSError as fault:
        raise RunError(f"The queue of {project} cannot be changed ({fault.strerror or fault}).") from fault
    try:
        yield
    finally:
        lock.release()


def is_queue_running(project: Path) -> bool:
    """Whether a process takes this project's waiting runs."""
    path = project / FOLDER / "runner.lock"
    if not path.exists() or is_link(path):
        return False
    try:
        with filelock.FileLock(path, timeout=0):
            return False
    except filelock.Timeout:
        return True
    except OSError:
        return False


class QueueRunner:
    """The process that takes a project's waiting runs, one after another."""

    def __init__(
        self,
        project: Path,
        *,
        command: Command = trainer_command,
        tell: Callable[[RunDirectory, RunStatus], None] = lambda _run, _status: None,
    ) -> None:
        """``tell`` hears of each run when it starts and when it ended; ``command`` takes the trainer's place in
        tests."""
        self._project = project
        self._command = command
        self._tell = tell

    def work(self) -> int:
        """Takes runs until none waits or the queue is held, and gives how many it took.

        A run that fails, or whose process dies, does not keep the next one from its turn. While another run of the
        project is at work, whoever started it, the next one waits for its end. Raises RunError where another process
        does this already, MsdnError where the disk is full.
        """
        lock = self._lock()
        taken = 0
        while self._may_take():
            try:
                lock.acquire()
            except filelock.Timeout as fault:
                raise RunError(
                    f"The queue of {self._project} is worked through already; its runs need no second process."
                ) from fault
            try:
                while self._may_take():
                    taken += self._take_one()
            finally:
                lock.release()
            # A run that was added before the release, by someone who saw the lock held, must not be left.
        return taken

    def _lock(self) -> filelock.BaseFileLock:
        refuse_links(self._project, self._project / FOLDER / "runner.lock")
        try:
            (self._project / FOLDER).mkdir(exist_ok=True)
        except OSError as fault:
            raise RunError(f"The queue of {self._project} cannot be written ({fault.strerror or fault}).") from fault
        return filelock.FileLock(self._project / FOLDER / "runner.lock", timeout=_RUNNER_LOCK_S)

    def _may_take(self) -> bool:
        return not read_order(self._project).held and bool(queued_runs(self._project))

    def _take_one(self) -> int:
        if any(run.status().state.alive for run in list_runs(self._project)):
            time.sleep(_LOOK_S)
            return 0
        with queue_lock(self._project):
            run = next(iter(queued_runs(self._project)), None)
            if run is None:
                return 0
            try:
                process = start_process(run, self._command(run))
            except RunError:
                self._tell(run, run.status())
                return 1
        self._tell(run, run.status())
        self._follow(run, process)
        self._tell(run, run.status())
        return 1

    def _follow(self, run: RunDirectory, process: subprocess.Popen[bytes]) -> None:
        try:
            wait_for_end(run, process)
        except KeyboardInterrupt:
            # The run is in a session of its own, where no Ctrl+C reaches it.
            run.send("stop")
            raise


def _write_order(project: Path, order: Order) -> None:
    try:
        (project / FOLDER).mkdir(exist_ok=True)
    except OSError as fault:
        raise RunError(f"The queue of {project} cannot be written ({fault.strerror or fault}).") from fault
    content = {"names": list(order.names), "held": order.held}
    write_atomic(project / FOLDER / "order.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")
