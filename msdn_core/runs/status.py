"""Where a run stands: one small file, replaced whole, and whether its process still lives."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import psutil

from msdn_core.atomic import write_atomic

STATUS_FILE = "status.json"
_CLOCK_TOLERANCE_S = 2.0
# A launched process writes its own first status within seconds; slow disks and cold starts are allowed for.
_START_TOLERANCE_S = 120.0
# A step, or a slow network folder, may keep a run silent for a while.
_SILENCE_TOLERANCE_S = 180.0
# A run may be a stranger's: what is far too long for a status is none.
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
        """Whether a process is, or is about to be, at work."""
        return self in (RunState.STARTING, RunState.RUNNING, RunState.PAUSED)

    @property
    def resumable(self) -> bool:
        """Whether it can go on from its last checkpoint."""
        return self in (RunState.STOPPED, RunState.CANCELLED, RunState.FAILED, RunState.LOST)


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run's state, the process behind it, and how far it is."""

    state: RunState = RunState.QUEUED
    pid: int = 0
    process_started: float = 0.0
    """When that process was created, as ``current_process`` tells it: a pid alone is given to others after it."""
    heartbeat: float = 0.0
    step: int = 0
    steps: int = 0
    reason: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    commands_from: int = 0
    """Where in the commands' file those begin that are meant for this process and not for one before it."""

    @property
    def process_alive(self) -> bool:
        """Whether the process that wrote this still runs."""
        if self.pid <= 0:
            return False
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            # Since 1970: as earlier versions wrote it.
            found = (_started(process), process.create_time())
            return any(abs(one - self.process_started) < _CLOCK_TOLERANCE_S for one in found)
        except (psutil.Error, OSError, ValueError):
            return False


def current_process() -> tuple[int, float]:
    """This process's pid and when it was created, as a status names them."""
    return os.getpid(), _started(psutil.Process())


def _started(process: psutil.Process) -> float:
    """When a process was created, by a clock that nobody sets: on Linux in seconds since the machine started.

    Elsewhere the system keeps the time since 1970 as it was then; Linux would count it anew from the clock of today.
    """
    if sys.platform != "linux":
        return float(process.create_time())
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def write_status(folder: Path, status: RunStatus) -> None:
    """Replaces the status of the run in a folder; raises MsdnError on a full disk, with the old one whole."""
    content = {**asdict(status), "heartbeat": time.time()}
    write_atomic(folder / STATUS_FILE, json.dumps(content, ensure_ascii=False, default=str) + "\n")


def read_status(folder: Path, *, remote: bool = False) -> RunStatus:
    """The status of the run in a folder; a run at work whose process is gone reads as lost.

    Of a run ``remote``, which may be another machine's, no process can be looked for: it reads as lost when it has
    said nothing for long.
    """
    try:
        with (folder / STATUS_FILE).open("rb") as file:
            content = json.loads(file.read(_MAX_BYTES))
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
    except FileNotFoundError:
        return RunStatus(RunState.LOST, reason="It has no status file.")
    except (OSError, AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return RunStatus(RunState.LOST, reason="Its status file is damaged.")
    if not status.state.alive:
        return status
    if remote:
        silent = time.time() - status.heartbeat
        if silent < _SILENCE_TOLERANCE_S:
            return status
        return replace(
            status, state=RunState.LOST, reason=f"It has said nothing for {silent / 60:.0f} minutes, wherever it runs."
        )
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
        reason="Its process ended without a word: it was killed (as systems do when memory runs out), or it crashed.",
    )
