"""The events of a training run, one per line of ``events.jsonl``."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from msdn_core.safe_files import parse_json

VERSION = 1
_MOST_ENTRIES = 100

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of a run; ``time`` is in seconds since 1970."""

    time: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The training started, or resumed at ``step``."""

    step: int
    steps: int
    device: str
    resumed: bool = False
    variant: str = ""
    sub_nets: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureProgress(Event):
    """Missing features are being extracted before training; the rate is in images per second."""

    done: int
    total: int
    rate: float | None = None
    remaining_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone(Event):
    """Mean losses since the previous such event, and the speed of the training."""

    step: int
    steps: int
    epoch: int
    losses: Mapping[str, float]
    learning_rate: float
    images_per_second: float
    remaining_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineUse(Event):
    """The machine use of the run's process; None for what the machine does not have."""

    step: int
    cpu: float
    """Per cent of all processors, since the previous such event."""
    memory: int
    """Resident bytes."""
    memory_total: int
    """Bytes of the machine."""
    gpu: float | None = None
    """Per cent of the time that the GPU was busy with any process; None if its driver does not report it."""
    gpu_memory: float | None = None
    """Bytes of GPU memory that the process has reserved."""
    gpu_memory_total: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated(Event):
    """Figures from 0 to 1 (``czsl``, ``U``, ``S``, ``H``), measured on ``validation`` or ``test``."""

    step: int
    epoch: int
    on: str
    figures: Mapping[str, float | None]
    selected_on: str = ""
    taught: int = 0
    """The number of marked images that attention is taught by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSaved(Event):
    """A checkpoint was written; ``kind`` is ``last`` or ``best``."""

    kind: str
    step: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTaken(Event):
    """A command was received and is being followed."""

    command: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Event):
    """A sentence for the user; ``level`` is ``info``, ``warning`` or ``error``."""

    level: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """The run ended; ``state`` is finished, stopped, cancelled or failed, and ``reason`` is a sentence."""

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
    """Return the event as one line of JSON without a line break."""
    content = {"v": VERSION, "event": type(event).__name__, **asdict(event)}
    return json.dumps(content, ensure_ascii=False, allow_nan=True)


def decode(line: str) -> Event | None:
    """Return the event of a line; None, with a warning in the log, for an unknown kind or an invalid line."""
    try:
        content = parse_json(line, finite=False)
        kind = KINDS[content["event"]]
        known = {entry.name for entry in fields(kind)}
        event = kind(**{name: value for name, value in content.items() if name in known})
    except (KeyError, TypeError, ValueError):
        _log.warning("Skipped a line that is not an event: %.120r", line)
        return None
    return event if _is_valid(event) else None


def _is_valid(event: Event) -> bool:
    """Return whether all values have their type: readers draw curves of the numbers."""
    for entry in fields(event):
        value, kind = getattr(event, entry.name), str(entry.type)
        if value is None and kind.endswith(" | None"):
            continue
        if not _CHECKS[kind.removesuffix(" | None").partition("[")[0]](value):
            _log.warning("Skipped an event whose %s is not valid: %.120r", entry.name, value)
            return False
    return True


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_finite(value: Any) -> bool:
    return (_is_whole(value) or isinstance(value, float)) and math.isfinite(value)


def _is_mapping(value: Any) -> bool:
    # What diverged is not finite, and what was not measured is None.
    return (
        isinstance(value, Mapping)
        and len(value) <= _MOST_ENTRIES
        and all(one is None or _is_whole(one) or isinstance(one, float) for one in value.values())
    )


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "int": _is_whole,
    "float": _is_finite,
    "str": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "Mapping": _is_mapping,
}
