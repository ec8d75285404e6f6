"""How runs are described: states by icon, colour and word; times and figures in short form."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from msdn_core.number_text import percent
from msdn_core.runs.status import RunState
from msdn_core.runs.trained_on import figures_note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msdn_core.runs.events import MachineUse

STATE_LOOKS: dict[RunState, tuple[str, str, str]] = {
    RunState.QUEUED: ("wait", "muted", "Queued"),
    RunState.STARTING: ("refresh", "accent", "Starting"),
    RunState.RUNNING: ("play", "accent", "Running"),
    RunState.PAUSED: ("pause", "warning", "Paused"),
    RunState.FINISHED: ("check", "good", "Finished"),
    RunState.STOPPED: ("stop", "muted", "Stopped"),
    RunState.CANCELLED: ("cancel", "muted", "Cancelled"),
    RunState.FAILED: ("error", "error", "Failed"),
    RunState.LOST: ("warning", "warning", "Lost"),
}
"""Icon, colour of the theme, and word."""


def advice(state: RunState, *, has_checkpoint: bool) -> str:
    """Return what can be done about a run that failed or was lost."""
    if state is RunState.LOST:
        return (
            "Resume continues from its last checkpoint."
            if has_checkpoint
            else "It had not saved a checkpoint: Resume starts it again."
        )
    if state is RunState.FAILED:
        tries = "from its last checkpoint" if has_checkpoint else "from the start"
        return (
            f"Once the cause is fixed, Resume tries again {tries}. "
            "To change settings, use “New run with these settings”."
        )
    return ""


def ago(then: float) -> str:
    """Return how long ago a time was, in the largest unit that fits."""
    seconds = max(0.0, time.time() - then)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "now"


def machine_use(use: MachineUse) -> str:
    """Return a run's use of processor, memory and GPU in one line."""
    parts = [f"CPU {use.cpu:.0f} %", f"memory {gigabytes(use.memory)} of {gigabytes(use.memory_total)} GB"]
    if use.gpu is not None:
        parts.append(f"GPU {use.gpu:.0f} %")
    if use.gpu_memory is not None and use.gpu_memory_total is not None:
        parts.append(f"GPU memory {gigabytes(use.gpu_memory)} of {gigabytes(use.gpu_memory_total)} GB")
    return " · ".join(parts)


def gigabytes(count: float) -> str:
    """Return bytes as GB, without the unit."""
    return f"{count / 1e9:.1f}" if count < 99.5e9 else f"{count / 1e9:,.0f}"


def best_figures(figures: Mapping[str, Any]) -> str:
    """Return figures in one line, with what they were measured on."""
    if not figures:
        return ""
    shown = f"H {percent(figures.get('H'))}  CZSL {percent(figures.get('czsl'))}"
    return f"{shown} on {figures.get('on', '?')}{figures_note(figures)}"
