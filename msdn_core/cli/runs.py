"""``runs PROJECT`` and ``stop|cancel|pause|resume PROJECT RUN``: list and control runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.output import Output, aligned
from msdn_core.errors import RunError
from msdn_core.number_text import percent
from msdn_core.runs.events import CommandTaken
from msdn_core.runs.launch import launch_training
from msdn_core.runs.listing import find_run, list_runs
from msdn_core.runs.notes import read_notes
from msdn_core.runs.queue import cancel_waiting
from msdn_core.runs.status import RunState
from msdn_core.runs.trained_on import figures_note

if TYPE_CHECKING:
    import argparse

_HELP = {
    "stop": "stop a run and keep its checkpoint, so that it can be resumed",
    "cancel": "cancel a running or queued run; nothing is deleted",
    "pause": "pause a run",
    "resume": "resume a paused run, or a stopped one in the background",
}
_ACKNOWLEDGED_WITHIN_S = 10.0


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the five commands."""
    listing = commands.add_parser(
        "runs", parents=[common], help="list a project's runs with their states and best figures"
    )
    listing.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    listing.set_defaults(handler=show)
    for name, text in _HELP.items():
        parser = commands.add_parser(name, parents=[common], help=text)
        parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
        parser.add_argument("run", metavar="RUN", help="the run's name")
        parser.set_defaults(handler=send, command=name)


def show(arguments: argparse.Namespace, output: Output) -> None:
    """List the runs, newest first."""
    from msdn_core.project import Project

    with Project.open(arguments.project, read_only=True) as project:
        runs = list_runs(project.path)
    entries = []
    rows: list[tuple[str, ...]] = [("run", "state", "step", "CZSL", "U", "S", "H", "measured on")]
    for run in runs:
        status = run.status()
        figures = dict(status.figures)
        notes = read_notes(run.path)
        entries.append(
            {
                "run": run.name,
                "state": str(status.state),
                "reason": status.reason,
                "step": status.step,
                "steps": status.steps,
                "figures": figures,
                "checkpoints": [kind for kind in ("best", "last") if run.checkpoint(kind)],
                "notes": notes.text,
                "tags": list(notes.tags),
            }
        )
        shown = tuple(percent(figures.get(key)) for key in ("czsl", "U", "S", "H"))
        measured = f"{figures.get('on', '–')}{figures_note(figures)}"
        rows.append((run.name, str(status.state), f"{status.step:,} of {status.steps:,}", *shown, measured))
    output.result({"runs": entries}, aligned(rows) if runs else "There are no runs; start one with `train`.")


def send(arguments: argparse.Namespace, output: Output) -> None:
    """Send a command and wait for its acknowledgement; ``resume`` starts a run that has no process."""
    run = find_run(arguments.project, arguments.run)
    state = run.status().state
    if arguments.command == "cancel" and state is RunState.QUEUED and cancel_waiting(run):
        output.result({"run": run.name, "command": "cancel"}, f"Run “{run.name}” was removed from the queue.")
        return
    if arguments.command == "resume" and (state.resumable or state is RunState.QUEUED):
        pid = launch_training(run)
        output.result(
            {"run": run.name, "state": "starting", "pid": pid}, f"Run “{run.name}” was resumed in the background."
        )
        return
    if not state.alive:
        raise RunError(f"Run “{run.name}” is {state}, so the command {arguments.command} is not possible.")
    offset = run.events_path.stat().st_size if run.events_path.is_file() else 0
    identity = run.send(arguments.command)
    deadline = time.monotonic() + _ACKNOWLEDGED_WITHIN_S
    while time.monotonic() < deadline:
        events, offset = run.read_events(offset)
        if any(isinstance(event, CommandTaken) and event.id == identity for event in events):
            output.result(
                {"run": run.name, "command": arguments.command},
                f"Run “{run.name}” received the command {arguments.command}.",
            )
            return
        if not run.status().state.alive:
            raise RunError(
                f"Run “{run.name}” ended before it received the command {arguments.command}; it "
                f"is {run.status().state}."
            )
        time.sleep(0.1)
    raise RunError(
        f"Run “{run.name}” did not answer within {_ACKNOWLEDGED_WITHIN_S:.0f} s; it will follow the command as soon as "
        "it can."
    )
