"""``queue PROJECT``: train the queued runs one after another, in this shell, until none is left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.output import Output, aligned
from msdn_core.runs.queue import QueueRunner, hold_queue, is_queue_running, queued_runs, read_order, set_queue_order

if TYPE_CHECKING:
    import argparse

    from msdn_core.runs.directory import RunDirectory
    from msdn_core.runs.status import RunStatus


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "queue", parents=[common], help="train the queued runs (`train --queue`) one after another"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="only list them, the next one first")
    what.add_argument("--order", nargs="+", metavar="RUN", help="put these runs first, in this order")
    what.add_argument("--hold", action="store_true", help="hold the queue: start no run after the current one")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Train the queued runs, which releases a held queue; or change or list the queue.

    Raises RunError if another process is training the queue.
    """
    from msdn_core.project import Project
    from msdn_core.runs.launch import lower_priority
    from msdn_core.runs.listing import find_run

    with Project.open(arguments.project, read_only=True) as opened:
        project = opened.path
    if arguments.hold:
        hold_queue(project, True)
    elif arguments.order:
        set_queue_order(project, [find_run(project, name).name for name in arguments.order])
    elif not arguments.list:
        hold_queue(project, False)
        lower_priority()
        trained = QueueRunner(project, on_status=lambda run, status: _print_status(output, run, status)).work()
        output.result(
            {"taken": trained}, f"Trained {trained} runs; the queue is empty." if trained else "The queue is empty."
        )
        return
    _print_queue(project, output)


def _print_status(output: Output, run: RunDirectory, status: RunStatus) -> None:
    output.note(f"Run “{run.name}” is {status.state}{f': {status.reason}' if status.reason else '.'}")


def _print_queue(project: Path, output: Output) -> None:
    names = [run.name for run in queued_runs(project)]
    held, at_work = read_order(project).held, is_queue_running(project)
    rows = [(str(place), name) for place, name in enumerate(names, 1)]
    state = "held" if held else "running" if at_work else "not running; start it with `queue PROJECT`"
    text = f"{aligned([('', 'run'), *rows])}\nThe queue is {state}." if names else "The queue is empty."
    output.result({"waiting": names, "held": held, "at_work": at_work}, text)
