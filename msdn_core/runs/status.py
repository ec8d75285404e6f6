"""The status of a run: one small file, replaced as a whole, and whether its process is alive."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from msdn_core.atomic import write_atomic
from msdn_core.errors import FileError
from msdn_core.safe_files import file_errors, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS_FILE = "status.json"
_CLOCK_TOLERANCE_S = 2.0
# A launched process writes its first status within seconds; this allows for slow disks and cold starts.
_START_TOLERANCE_S = 120.0
# A long step or a slow network folder may delay the heartbeat.
_SILENCE_TOLERANCE_S = 180.0
# The file is untrusted: no status is that long.
_MAX_BYTES = 1024 * 1024


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
    commands_from: int = 0
    """The offset in the commands file from which commands are for this process, not for an earlier one."""

    @property
    def process_alive(self) -> bool:
        """Whether the process that wrote this status is alive."""
        if self.pid <= 0:
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
    content = {**asdict(status), "heartbeat": time.time()}
    write_atomic(folder / STATUS_FILE, json.dumps(content, ensure_ascii=False, default=str) + "\n")


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
        figures=dict(content["figures"]),
        commands_from=int(content.get("commands_from", 0)),
    )
    if not (math.isfinite(status.heartbeat) and math.isfinite(status.process_started)):
        raise ValueError("a time is not a finite number")
    return status


def read_status(folder: Path, *, remote: bool = False) -> RunStatus:
    """Return the status of the run in a folder; a run whose process is gone is lost.

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
    return replace(
        status,
        state=RunState.LOST,
        reason="The process ended unexpectedly: it crashed or was killed, for example because memory ran out.",
    )
