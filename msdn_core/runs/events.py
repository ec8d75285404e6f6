"""What a training run tells: typed events, one a line of ``events.jsonl``."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

VERSION = 1

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a run, at a time in seconds since 1970."""

    time: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The process began, or went on at ``step``."""

    step: int
    steps: int
    device: str
    resumed: bool = False
    variant: str = ""
    sub_nets: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureProgress(Event):
    """Features that are missing are being made before training; the rate is in images a second."""

    done: int
    total: int
    rate: float | None = None
    remaining_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone(Event):
    """Mean losses since the last such event, and how fast it goes."""

    step: int
    steps: int
    epoch: int
    losses: Mapping[str, float]
    learning_rate: float
    images_per_second: float
    remaining_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineUse(Event):
    """What the run's process takes of its machine; what has no meaning there is None."""

    step: int
    cpu: float
    """Per cent of all processors, since the last such event."""
    memory: int
    """Bytes that are resident."""
    memory_total: int
    """Bytes that the machine has."""
    gpu: float | None = None
    """Per cent of the time that the GPU was at work, whoever gave it some; None where its driver does not say."""
    gpu_memory: float | None = None
    """Bytes of the GPU's memory that the process holds."""
    gpu_memory_total: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated(Event):
    """Figures from 0 to 1 (``czsl``, ``U``, ``S``, ``H``), measured on ``validation`` or ``test``."""

    step: int
    epoch: int
    on: str
    figures: Mapping[str, float | None]
    selected_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSaved(Event):
    """A checkpoint was written; ``kind`` is ``last`` or ``best``."""

    kind: str
    step: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTaken(Event):
    """A command was read and is being followed."""

    command: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Event):
    """A sentence for the person; ``level`` is ``info``, ``warning`` or ``error``."""

    level: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """The run ended; ``state`` is finished, stopped, cancelled or failed, ``reason`` says why in words."""

    state: str
    reason: str = ""


KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        RunStarted,
        FeatureProgress,
        StepDone,
        MachineUse,
        Evaluated,
        CheckpointSaved,
        CommandTaken,
        Message,
        Ended,
    )
}


def encode(event: Event) -> str:
    """One line of JSON, without its end."""
    content = {"v": VERSION, "event": type(event).__name__, **asdict(event)}
    return json.dumps(content, ensure_ascii=False, allow_nan=True)


def decode(line: str) -> Event | None:
    """The event that a line stands for; None, with a line in the log, for an unknown kind or garbage."""
    try:
        content: dict[str, Any] = json.loads(line)
        kind = KINDS[content["event"]]
        known = {entry.name for entry in fields(kind)}
        event = kind(**{name: value for name, value in content.items() if name in known})
    except (KeyError, TypeError, ValueError, RecursionError):
        _log.warning("Skipped a line that is no event: %.120s", line)
        return None
    return event if _sound(event) else None


def _sound(event: Event) -> bool:
    """Readers draw curves of these: what should be a number is one."""
    for entry in fields(event):
        value = getattr(event, entry.name)
        wanted = str(entry.type)
        if wanted.endswith(" | None"):
            if value is None:
                continue
            wanted = wanted.removesuffix(" | None")
        if wanted in ("int", "float") and (isinstance(value, bool) or not isinstance(value, (int, float))):
            _log.warning("Skipped an event whose %s is no number: %.120r", entry.name, value)
            return False
        if wanted.startswith("Mapping") and not isinstance(value, Mapping):
            _log.warning("Skipped an event whose %s are no table: %.120r", entry.name, value)
            return False
    return True
