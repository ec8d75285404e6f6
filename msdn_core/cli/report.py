"""``report PROJECT [RUN]``: write an HTML report of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from msdn_core.cli.output import Output
    from msdn_core.runs.directory import RunDirectory


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "report", parents=[common], help="write an HTML report of a run: data, recipe, curves, figures, tables, images"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument("run", nargs="?", metavar="RUN", help="a run's name (default: the newest evaluated run)")
    parser.add_argument(
        "--beside", metavar="RUN", help="a second run to compare it with; differences within noise are marked"
    )
    parser.add_argument(
        "--checkpoint", choices=("best", "last"), help="the checkpoint (default: best, or last if there is no best one)"
    )
    parser.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help="the HTML file (default: report.html in the run's folder)"
    )
    parser.add_argument(
        "--evaluate", action="store_true", help="first evaluate runs that have no evaluation or an outdated one"
    )
    parser.add_argument("--device", default="auto", help="device: auto, cpu, cuda or mps (default: %(default)s)")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Write the report; raise RunError if a run has not been evaluated and ``--evaluate`` is not given."""
    from msdn_core.errors import RunError
    from msdn_core.links import refuse_links
    from msdn_core.project import Project
    from msdn_core.report.reported_run import newest_evaluated_run
    from msdn_core.runs.listing import find_run

    with Project.open(arguments.project, read_only=True) as project:
        first = find_run(project.path, arguments.run) if arguments.run else newest_evaluated_run(project)
        runs = [first, *([find_run(project.path, arguments.beside)] if arguments.beside else [])]
        if len(runs) > 1 and runs[0].path == runs[1].path:
            raise RunError(f"“{first.name}” cannot be compared with itself; name another run with --beside.")
        name = "report.html" if len(runs) == 1 else f"report-beside-{runs[1].name}.html"
        file = arguments.out or first.path / name
        if arguments.out is None:
            refuse_links(project.path, file)
        if not file.parent.is_dir():
            raise RunError(f"The folder {file.parent} does not exist; create it, or choose another one with --out.")
        if arguments.evaluate:
            for one in runs:
                _evaluate(project, one, arguments, output)
        # Imported late: it loads torch, which takes a while, so errors are reported before.
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
    advice = ["Add --evaluate to update outdated evaluations."] if written.is_stale else []
    output.result(result, "\n".join([str(written.file), *written.findings, *advice]))


def _evaluate(project: Any, run: RunDirectory, arguments: argparse.Namespace, output: Output) -> None:
    """Evaluate a run's checkpoint unless it has an up-to-date evaluation."""
    from msdn_core.cli.evaluate import write_tables
    from msdn_core.errors import RunError
    from msdn_core.evaluation.examine import examine
    from msdn_core.runs.evaluated_run import read_evaluated_run
    from msdn_core.runs.evaluations import checkpoint_kind, writable_evaluation_folder

    kind = arguments.checkpoint or checkpoint_kind(run)
    checkpoint = run.checkpoint(kind) if kind is not None else None
    if kind is None or checkpoint is None:
        return  # The report says what is missing.
    try:
        tested = read_evaluated_run(run, kind, project.table(), project.images())
    except RunError:
        tested = None
    if tested is None or tested.stale:
        output.note(f"Evaluating “{run.name}” …")
        evaluation = examine(
            project.path,
            checkpoint,
            device=arguments.device,
            progress=lambda p: output.progress("features", p.done, p.total, p.rate, p.remaining_s),
            maps_progress=lambda done, total: output.progress("maps", done, total),
        )
        write_tables(evaluation, writable_evaluation_folder(run, kind))
