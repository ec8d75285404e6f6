"""How runs are spoken of: states as icon, colour and word; times and figures as people read them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from msdn_core.number_text import percent
from msdn_core.runs.events import MachineUse
from msdn_core.runs.status import RunState

STATE_LOOKS: dict[RunState, tuple[str, str, str]] = {
    RunState.QUEUED: ("wait", "muted", "Waits"),
    RunState.STARTING: ("refresh", "accent", "Starting"),
    RunState.RUNNING: ("play", "accent", "Running"),
    RunState.PAUSED: ("pause", "warning", "Paused"),
    RunState.FINISHED: ("check", "good", "Finished"),
    RunState.STOPPED: ("stop", "muted", "Stopped, kept"),
    RunState.CANCELLED: ("cancel", "muted", "Cancelled"),
    RunState.FAILED: ("error", "error", "Failed"),
    RunState.LOST: ("warning", "warning", "Lost"),
}
"""Icon, colour of the theme, and word."""


def advice(state: RunState, *, has_checkpoint: bool) -> str:
    """What can be done about a run that ended by a fault."""
    if state is RunState.LOST:
        return (
            "Resume goes on from its last checkpoint."
            if has_checkpoint
            else "It had saved no checkpoint yet: Resume begins it anew."
        )
    if state is RunState.FAILED:
        tries = "from its last checkpoint" if has_checkpoint else "from the start"
        return (
            f"Once that is mended, Resume tries again {tries}; “New run with these settings” (⋯) lets you change them."
        )
    return ""


def ago(then: float) -> str:
    """How long ago a moment was, in the largest unit that fits."""
    seconds = max(0.0, time.time() - then)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "now"


def machine_use(use: MachineUse) -> str:
    """What a run takes of its machine, in one short line."""
    parts = [f"CPU {use.cpu:.0f} %", f"memory {gigabytes(use.memory)} of {gigabytes(use.memory_total)} GB"]
    if use.gpu is not None:
        parts.append(f"GPU {use.gpu:.0f} %")
    if use.gpu_memory is not None and use.gpu_memory_total is not None:
        parts.append(f"GPU memory {gigabytes(use.gpu_memory)} of {gigabytes(use.gpu_memory_total)} GB")
    return " · ".join(parts)


def gigabytes(count: float) -> str:
    """Bytes as GB, without the unit."""
    return f"{count / 1e9:.1f}" if count < 99.5e9 else f"{count / 1e9:,.0f}"


def best_figures(figures: Mapping[str, Any]) -> str:
    """One short line of figures, naming what they were measured on."""
    if not figures:
        return ""
    selected = ", selected on test" if figures.get("selected_on") == "test" else ""
    return f"H {percent(figures.get('H'))}  CZSL {percent(figures.get('czsl'))} on {figures.get('on', '?')}{selected}"
