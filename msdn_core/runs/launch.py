"""Starting a run's process so that it outlives the window and gives way to it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from msdn_core.errors import RunError
from msdn_core.links import refuse_links
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.status import RunState


def lower_priority() -> None:
    """Lets this process give way to others: a window, above all."""
    try:
        process = psutil.Process()
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else max(process.nice(), 10))
    except psutil.Error:
        pass  # A system that forbids it runs us as we are.


def launch_training(run: RunDirectory, *, command: Sequence[str] | None = None) -> int:
    """Starts, or goes on with, the run in its directory as a detached process, and gives its pid.

    What the process prints goes to the run's log. ``command`` takes the trainer's place in tests. Raises RunError
    where it is at work already, or cannot be started; in the latter case it then reads as failed.
    """
    process = start_process(run, command or trainer_command(run))
    # A child that ends while we live stays a zombie until somebody asks for its end.
    threading.Thread(target=wait_for_end, args=(run, process), name=f"wait for {run.name}", daemon=True).start()
    return int(process.pid)


def start_process(run: RunDirectory, command: Sequence[str]) -> subprocess.Popen[bytes]:
    """What ``launch_training`` does, for a caller that waits for the end by ``wait_for_end``."""
    run.refuse_links()
    status = run.status()
    if status.state.alive and status.process_alive:
        raise RunError(f"Run “{run.name}” is at work already; stop it first.")
    if status.state is not RunState.STARTING:
        status = replace(status, commands_from=run.commands_end())
    run.write_status(replace(status, state=RunState.STARTING, pid=0, process_started=0.0, reason=""))
    try:
        return _detached(command, run.log_path)
    except OSError as fault:
        reason = f"Its process could not be started ({fault.strerror or fault})."
        run.write_status(replace(status, state=RunState.FAILED, reason=reason))
        raise RunError(f"Run “{run.name}” could not be started ({fault.strerror or fault}).") from fault


def wait_for_end(run: RunDirectory, process: subprocess.Popen[bytes]) -> None:
    """Waits for the end of a run's process; one that ended before its first word reads as failed then."""
    code = process.wait()
    status = run.status()
    if status.state is RunState.STARTING:
        reason = f"Its process ended at once, with status {code}: its log says why."
        run.write_status(replace(status, state=RunState.FAILED, reason=reason))


def launch_queue(project: Path, *, command: Sequence[str] | None = None) -> None:
    """Starts the process that takes a project's waiting runs, detached; one that is there already stays the only one.

    ``command`` takes its place in tests. Raises RunError where it cannot be started.
    """
    words = command or [sys.executable, "-m", "msdn_core", "queue", str(project.absolute())]
    refuse_links(project, project / "queue" / "log.txt")
    try:
        (project / "queue").mkdir(exist_ok=True)
        process = _detached(words, project / "queue" / "log.txt")
    except OSError as fault:
        raise RunError(f"The queue of {project} could not be started ({fault.strerror or fault}).") from fault
    threading.Thread(target=process.wait, name="wait for the queue", daemon=True).start()


def _detached(words: Sequence[str], log_path: Path) -> subprocess.Popen[bytes]:
    """A process that outlives this one; what it prints is added to a log."""
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
    with log_path.open("ab") as log:
        return subprocess.Popen(
            list(words),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=_working_folder(),
            **options,
        )


def trainer_command(run: RunDirectory) -> list[str]:
    """The command line that trains in a run's directory."""
    return [
        sys.executable,
        "-m",
        "msdn_core",
        "train",
        str(run.project_path.absolute()),
        "--run-directory",
        str(run.path.absolute()),
    ]


def _working_folder() -> Path:
    """Where ``-m msdn_core`` finds this very package: a checkout need not be installed."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "msdn_core").is_dir() else Path.cwd()
