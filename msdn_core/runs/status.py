"""The status of a run: one small file, replaced as a whole, and whether its process is alive."""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from msdn_core.atomic import overwrite, write_atomic
from msdn_core.errors import FileError, MsdnError
from msdn_core.safe_files import file_errors, open_regular, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS_FILE = "status.json"
LOG_FILE = "log.txt"
BY_COMMAND = "Requested by the user."
"""The reason of a run that a command stopped, which nobody needs to be told."""
_CLOCK_TOLERANCE_S = 2.0
# A launched process writes its first status within seconds; this allows for slow disks and cold starts.
_START_TOLERANCE_S = 120.0
# A long step or a slow network folder may delay the heartbeat.
_SILENCE_TOLERANCE_S = 180.0
# The file is untrusted: no status is that long.
_MAX_BYTES = 1024 * 1024
_LOG_TAIL_BYTES = 4096
_LITTLE_BYTES = 64 * 1024
"""What a status and an event need at most."""


class RunState(StrEnum):
    """What a run is doing, or how it ended."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    FAILED = "failed"
    LOST = "lost"

    @property
    def alive(self) -> bool:
        """Whether its process is running or starting."""
        return self in (RunState.STARTING, RunState.RUNNING, RunState.PAUSED)

    @property
    def resumable(self) -> bool:
        """Whether it can be resumed from its last checkpoint."""
        return self in (RunState.STOPPED, RunState.CANCELLED, RunState.FAILED, RunState.LOST)


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run's state, its process, and its progress."""

    state: RunState = RunState.QUEUED
    pid: int = 0
    process_started: float = 0.0
    """When that process was created, as ``current_process`` returns it: a pid alone may be reused."""
    heartbeat: float = 0.0
    step: int = 0
    steps: int = 0
    reason: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    boot: str = field(default="", compare=False)
    """Which start of the machine the process belongs to, if known: after another one, pid and time may be reused."""
    commands_from: int = 0
    """The offset in the commands file from which commands are for this process, not for an earlier one."""

    @property
    def process_alive(self) -> bool:
        """Whether the process that wrote this status is alive."""
        if self.pid <= 0 or (self.boot and self.boot != _boot()):
            return False
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            # Earlier versions wrote seconds since 1970.
            times = (_creation_time(process), process.create_time())
            return any(abs(created - self.process_started) < _CLOCK_TOLERANCE_S for created in times)
        except (psutil.Error, OSError, ValueError):
            return False


def current_process() -> tuple[int, float]:
    """Return this process's pid and creation time, as stored in a status."""
    return os.getpid(), _creation_time(psutil.Process())


@lru_cache
def _boot() -> str:
    """Return what identifies this start of the machine; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _creation_time(process: psutil.Process) -> float:
    """Return when a process was created, by a clock that is never set: on Linux in seconds since the machine started.

    Other systems store the time since 1970; Linux would recompute it from the current clock.
    """
    if sys.platform != "linux":
        return float(process.create_time())
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def write_status(folder: Path, status: RunStatus) -> None:
    """Replace the status of the run in a folder; on a full disk the old one stays and MsdnError is raised."""
    write_atomic(folder / STATUS_FILE, _to_text(status))


def write_final_status(folder: Path, status: RunStatus) -> None:
    """Replace the status of a run that ends; on a full disk, overwrite the old one instead.

    Raises MsdnError if neither is possible: then the run's output must say why it ended (see ``read_status``).
    """
    try:
        write_status(folder, status)
    except MsdnError:
        try:
            overwrite(folder / STATUS_FILE, _to_text(status))
        except OSError:
            pass  # The first error is the one to report.
        else:
            return
        raise


def _to_text(status: RunStatus) -> str:
    boot = _boot() if status.pid == os.getpid() else status.boot
    content = {**asdict(status), "boot": boot, "heartbeat": time.time()}
    return json.dumps(content, ensure_ascii=False, default=str) + "\n"


def _parse(content: Any) -> RunStatus:
    """Return the status in JSON values; raise an exception of any type if it is not one."""
    status = RunStatus(
        state=RunState(content["state"]),
        pid=int(content["pid"]),
        process_started=float(content["process_started"]),
        heartbeat=float(content["heartbeat"]),
        step=int(content["step"]),
        steps=int(content["steps"]),
        reason=str(content["reason"]),
        figures={name: value for name, value in content["figures"].items() if _is_plain(value)},
        boot=str(content.get("boot", "")),
        commands_from=int(content.get("commands_from", 0)),
    )
    if not (math.isfinite(status.heartbeat) and math.isfinite(status.process_started)):
        raise ValueError("a time is not a finite number")
    return status


def _is_plain(value: Any) -> bool:
    """Return whether a figure is a text, a finite number, or unknown."""
    return value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def read_status(folder: Path, *, remote: bool = False) -> RunStatus:
    """Return the status of the run in a folder; a run whose process is gone is lost.

    If that process could not write its final status, but said in the run's log why it failed, the run has failed.

    The process of a ``remote`` run may be on another machine: it is lost if it has had no heartbeat for long.
    """
    path = folder / STATUS_FILE
    try:
        with file_errors(path):
            status = _parse(read_json(path, _MAX_BYTES, finite=False))
    except FileError as fault:
        return RunStatus(RunState.LOST, reason=f"The status file is {'missing' if fault.missing else 'damaged'}.")
    if not status.state.alive:
        return status
    if remote:
        silent = time.time() - status.heartbeat
        if silent < _SILENCE_TOLERANCE_S:
            return status
        return replace(status, state=RunState.LOST, reason=f"No heartbeat for {silent / 60:.0f} minutes.")
    if status.process_alive:
        return status
    if (
        status.state is RunState.STARTING
        and abs(time.time() - status.heartbeat) < _START_TOLERANCE_S
        and not status.pid
    ):
        return status
    if said := _failure_in_log(folder, status):
        return replace(status, state=RunState.FAILED, reason=said)
    return replace(status, state=RunState.LOST, reason=f"The process ended unexpectedly: {_likely_cause(folder)}.")


def failure_sentence(name: str, reason: str) -> str:
    """Return what a process that trains says in its output when its run fails."""
    return f"Run “{name}” failed: {reason}"


def _failure_in_log(folder: Path, status: RunStatus) -> str:
    """Return the reason in the last line of the run's log, if its process wrote one after its last status."""
    log = folder / LOG_FILE
    try:
        with open_regular(log) as file:
            # An earlier process may have failed, too.
            if os.fstat(file.fileno()).st_mtime < status.heartbeat - _CLOCK_TOLERANCE_S:
                return ""
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LOG_TAIL_BYTES))
            last = file.read(_LOG_TAIL_BYTES).decode("utf-8", "replace").rstrip().rpartition("\n")[2]
    except OSError:
        return ""
    _, found, reason = last.partition(failure_sentence(folder.name, ""))
    return reason.strip() if found else ""


def _likely_cause(folder: Path) -> str:
    """Return, as a clause, why a process may have ended without a final status."""
    if not os.access(folder, os.W_OK):
        return "its folder can no longer be written, so it could not say why; make the folder writable"
    try:
        full = shutil.disk_usage(folder).free < _LITTLE_BYTES
    except OSError:
        full = False
    if full:
        return "the disk is full, so it could not say why; free disk space and resume the run"
    return "it crashed or was killed, for example because memory ran out"
