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
    status = run.status()
    if status.state.alive and status.process_alive:
        raise RunError(f"Run “{run.name}” is at work already; stop it first.")
    if status.state not in (RunState.STARTING, RunState.QUEUED):
        status = replace(status, commands_from=run.commands_end())
    words = list(command or trainer_command(run))
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
    run.write_status(replace(status, state=RunState.STARTING, pid=0, process_started=0.0, reason=""))
    try:
        with run.log_path.open("ab") as log:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=_working_folder(),
                **options,
            )
    except OSError as fault:
        reason = f"Its process could not be started ({fault.strerror or fault})."
        run.write_status(replace(status, state=RunState.FAILED, reason=reason))
        raise RunError(f"Run “{run.name}” could not be started ({fault.strerror or fault}).") from fault
    # A child that ends while we live stays a zombie until somebody asks for its end.
    threading.Thread(target=_await_end, args=(run, process), name=f"wait for {run.name}", daemon=True).start()
    return int(process.pid)


def _await_end(run: RunDirectory, process: subprocess.Popen[bytes]) -> None:
    status = process.wait()
    if run.status().state is RunState.STARTING:
        reason = f"Its process ended at once, with status {status}: its log says why."
        run.write_status(replace(run.status(), state=RunState.FAILED, reason=reason))


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
