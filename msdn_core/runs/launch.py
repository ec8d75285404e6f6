"""Starting the process of a run, detached from the window and with lower priority."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psutil

from msdn_core.child_environment import PROGRAM_FOLDER, child_environment
from msdn_core.errors import MsdnError, RunError
from msdn_core.exit_status import describe_exit
from msdn_core.links import refuse_links
from msdn_core.runs.status import RunState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from msdn_core.runs.directory import RunDirectory


def lower_priority() -> None:
    """Lower the priority of this process, so that the window stays responsive."""
    try:
        process = psutil.Process()
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else max(process.nice(), 10))
    except psutil.Error:
        pass  # Not permitted: keep the priority.


def launch_training(run: RunDirectory, *, command: Sequence[str] | None = None) -> int:
    """Start or resume the run in its directory as a detached process, and return its pid.

    The output of the process goes to the run's log. ``command`` replaces the trainer in tests. Raises RunError if the
    run is already running or cannot be started; in the latter case its state becomes failed.
    """
    process = start_process(run, command or trainer_command(run))
    # A child process stays a zombie until its parent waits for it.
    threading.Thread(target=wait_for_end, args=(run, process), name=f"wait for {run.name}", daemon=True).start()
    return int(process.pid)


def start_process(run: RunDirectory, command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the process as ``launch_training`` does; the caller waits for its end with ``wait_for_end``."""
    run.refuse_links()
    status = run.status()
    if status.state.alive and status.process_alive:
        raise RunError(f"Run “{run.name}” is already running; stop it first.")
    if status.state is not RunState.STARTING:
        status = replace(status, commands_from=run.commands_end())
    run.write_status(replace(status, state=RunState.STARTING, pid=0, process_started=0.0, reason=""))
    try:
        return _detached(command, run.log_path)
    except OSError as fault:
        reason = f"The process could not be started ({fault.strerror or fault})."
        run.write_status(replace(status, state=RunState.FAILED, reason=reason))
        raise RunError(f"Run “{run.name}” could not be started ({fault.strerror or fault}).") from fault


def wait_for_end(run: RunDirectory, process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a run's process, and write into its status how it ended if the process did not.

    A run whose process ended before its first status has failed. One that was killed later stays lost.
    """
    code = process.wait()
    status = run.status()
    with suppress(MsdnError):  # On a full disk the status stays as it is; readers find the process gone.
        if status.state is RunState.STARTING:
            how = f"with status {code}" if code >= 0 else f"({describe_exit(code)})"
            reason = f"The process ended immediately {how}; see the log for the reason."
            run.write_status(replace(status, state=RunState.FAILED, reason=reason))
        elif status.state is RunState.LOST and status.pid == process.pid and code < 0:
            reason = f"The process ended unexpectedly: {describe_exit(code)}."
            run.write_status(replace(status, reason=reason))


def launch_queue(project: Path, *, command: Sequence[str] | None = None) -> None:
    """Start the process that trains a project's queued runs, detached; do nothing if there already is one.

    ``command`` replaces it in tests. Raises RunError if it cannot be started.
    """
    arguments = command or [sys.executable, "-m", "msdn_core", "queue", str(project.absolute())]
    refuse_links(project, project / "queue" / "log.txt")
    try:
        (project / "queue").mkdir(exist_ok=True)
        process = _detached(arguments, project / "queue" / "log.txt")
    except OSError as fault:
        raise RunError(f"The queue of {project} could not be started ({fault.strerror or fault}).") from fault
    threading.Thread(target=process.wait, name="wait for the queue", daemon=True).start()


def _detached(arguments: Sequence[str], log_path: Path) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and appends its output to a log."""
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        # With DETACHED_PROCESS, the interpreter behind a virtual environment's python.exe opens a console of its own.
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    with log_path.open("ab") as log:
        return subprocess.Popen(
            list(arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=PROGRAM_FOLDER,
            env={**os.environ, **child_environment()},
            **options,
        )


def trainer_command(run: RunDirectory) -> list[str]:
    """Return the command line that trains in a run's directory."""
    return [
        sys.executable,
        "-m",
        "msdn_core",
        "train",
        str(run.project_path.absolute()),
        "--run-directory",
        str(run.path.absolute()),
    ]
