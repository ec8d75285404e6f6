"""``ablate PROJECT``: train with parts of the network and of its loss left out, and write a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.output import Output, aligned
from msdn_core.cli.settings import add_settings
from msdn_core.errors import RunError

if TYPE_CHECKING:
    import argparse

    from msdn_core.recipes.ablation_report import Report
    from msdn_core.runs.events import Event


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "ablate", parents=[common], help="run an ablation: train with parts left out, and write a table and a picture"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument(
        "--rows",
        action="extend",
        nargs="+",
        default=[],
        metavar="ROW",
        help="baseline, ava, vaa, no_distillation, no_jsd, no_l2, full (default: all)",
    )
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="runs per row (default: %(default)s)")
    parser.add_argument(
        "--recipe", default="demo", metavar="NAME", help="demo, cub, cub-cosine, sun or awa2 (default: demo)"
    )
    add_settings(parser, "change settings of all rows; repeatable")
    parser.add_argument(
        "--name", default="ablation", help="name of the ablation, and prefix of its runs (default: %(default)s)"
    )
    parser.add_argument(
        "--queue",
        action="store_true",
        help="add the runs to the queue (`queue PROJECT` trains them); run the command again without this option to "
        "write the table",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the table (default: PROJECT/ablations/NAME)")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Train the unfinished runs, and write the table and the picture after each.

    Raises RunError at the end if a run failed or was stopped; the table contains the others.
    """
    from msdn_core.project import Project
    from msdn_core.recipes.ablation import Ablation, parse_rows, row_label
    from msdn_core.recipes.ablation_report import as_json, collect_results, write_report
    from msdn_core.recipes.config import from_settings
    from msdn_core.recipes.enqueuing import queue_ablation
    from msdn_core.runs.events import StepDone
    from msdn_core.runs.launch import lower_priority
    from msdn_core.runs.status import RunState

    lower_priority()
    config = from_settings(arguments.recipe, arguments.settings)
    rows = parse_rows(arguments.rows)
    with Project.open(arguments.project, read_only=True) as project:
        path = project.path
    ablation = Ablation(path, arguments.name, config, rows, arguments.seeds)
    if arguments.queue:
        queued = queue_ablation(ablation)
        output.result({"ablation": ablation.name, "queued": queued}, f"Queued {queued} runs of “{ablation.name}”.")
        return
    folder = arguments.out or ablation.folder
    from msdn_core.training.ablation_runs import train_cells

    cells = ablation.cells()
    done = sum(cell.done for cell in cells)
    if done:
        output.note(f"{done} of {len(cells)} runs are already finished.")

    def listen(event: Event) -> None:
        if isinstance(event, StepDone):
            output.progress("training", event.step, event.steps, event.images_per_second, event.remaining_s)

    failed = []
    ended = ""
    for cell, state in train_cells(
        ablation,
        listener=listen,
        progress=lambda p: output.progress("features", p.done, p.total, p.rate, p.remaining_s),
    ):
        done += 1
        report = collect_results(ablation)
        write_report(report, folder)
        output.note(f"{done} of {len(cells)}  {row_label(cell.row, config.variant)}, seed {cell.seed}: {state}")
        if state is RunState.FAILED:
            failed.append(f"“{cell.run.name}”: {cell.run.status().reason}")
        elif state is not RunState.FINISHED:
            ended = f"Run “{cell.run.name}” was {state}; run the same command to resume it."
    report = collect_results(ablation)
    files = write_report(report, folder)
    if ended:
        raise RunError(ended)
    if failed:
        raise RunError(
            f"{len(failed)} of {len(cells)} runs failed, the first was {failed[0]} Run the same command to try again."
        )
    result = {"ablation": ablation.name, "runs": len(cells), "files": [str(file) for file in files]}
    output.result({**result, **as_json(report)}, f"{_table(report)}\n\nTable and picture: {folder}")


def _table(report: Report) -> str:
    from msdn_core.recipes.ablation_report import FIGURES

    rows = [("", *(label for _, label in FIGURES))]
    rows += [(row.label, *(str(row.figures[key]) for key, _ in FIGURES)) for row in report.rows]
    return f"{aligned(rows)}\n{report.caption}"
