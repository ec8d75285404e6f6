"""``report PROJECT [RUN]``: one HTML file that says what a run is worth, and what it rests on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.output import Output

if TYPE_CHECKING:
    from msdn_core.runs.directory import RunDirectory


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "report", parents=[common], help="one HTML file of a run: data, recipe, curves, figures, tables, images"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("run", nargs="?", metavar="RUN", help="a run's name (default: the newest that was evaluated)")
    parser.add_argument("--beside", metavar="RUN", help="a second run to compare it with, differences told from noise")
    parser.add_argument(
        "--checkpoint", choices=("best", "last"), help="default: the best one, or the last where there is no best one"
    )
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="default: report.html in the run's folder")
    parser.add_argument("--evaluate", action="store_true", help="evaluate first what was not, or holds no longer")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: %(default)s)")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Writes the report; RunError where a run was not evaluated and ``--evaluate`` is not there."""
    from msdn_core.errors import RunError
    from msdn_core.links import refuse_links
    from msdn_core.project import Project
    from msdn_core.report.reported_run import newest_evaluated_run
    from msdn_core.runs.listing import find_run

    with Project.open(arguments.project, read_only=True) as project:
        first = find_run(project.path, arguments.run) if arguments.run else newest_evaluated_run(project)
        runs = [first, *([find_run(project.path, arguments.beside)] if arguments.beside else [])]
        if len(runs) > 1 and runs[0].path == runs[1].path:
            raise RunError(f"“{first.name}” cannot stand beside itself; name another run with --beside.")
        name = "report.html" if len(runs) == 1 else f"report-beside-{runs[1].name}.html"
        file = arguments.out or first.path / name
        if arguments.out is None:
            refuse_links(project.path, file)
        if not file.parent.is_dir():
            raise RunError(f"There is no folder {file.parent} for the report; make it, or choose another with --out.")
        if arguments.evaluate:
            for one in runs:
                _evaluate(project, one, arguments, output)
        # It loads torch, which takes a while: what can be refused was refused before.
        from msdn_core.report.page import write_report

        written = write_report(
            project,
            runs,
            file,
            kind=arguments.checkpoint,
            device=arguments.device,
            progress=lambda done, total: output.progress("images", done, total),
        )
    result = {"file": str(written.file), "runs": list(written.runs), "findings": list(written.findings)}
    advice = ["Add --evaluate to measure anew what holds no longer."] if written.is_stale else []
    output.result(result, "\n".join([str(written.file), *written.findings, *advice]))


def _evaluate(project: Any, run: RunDirectory, arguments: argparse.Namespace, output: Output) -> None:
    """Evaluates a run's checkpoint unless that was done and holds."""
    from msdn_core.cli.evaluate import write_tables
    from msdn_core.errors import RunError
    from msdn_core.evaluation.examine import examine
    from msdn_core.runs.evaluated_run import read_evaluated_run
    from msdn_core.runs.evaluations import checkpoint_kind, writable_evaluation_folder

    kind = arguments.checkpoint or checkpoint_kind(run)
    checkpoint = run.checkpoint(kind) if kind is not None else None
    if kind is None or checkpoint is None:
        return  # The report itself says what is missing.
    try:
        tested = read_evaluated_run(run, kind, project.table(), project.images())
    except RunError:
        tested = None
    if tested is None or tested.stale:
        output.note(f"Evaluating “{run.name}”.")
        evaluation = examine(
            project.path,
            checkpoint,
            device=arguments.device,
            progress=lambda p: output.progress("features", p.done, p.total, p.rate, p.remaining_s),
            maps_progress=lambda done, total: output.progress("maps", done, total),
        )
        write_tables(evaluation, writable_evaluation_folder(run, kind))
