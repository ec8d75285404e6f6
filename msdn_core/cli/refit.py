"""``refit PROJECT RUN``: train a finished run's settings on all seen classes, in this shell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.ranks import on_ranks
from msdn_core.cli.train import train_in

if TYPE_CHECKING:
    import argparse

    from msdn_core.cli.output import Output
    from msdn_core.runs.directory import RunDirectory


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "refit",
        parents=[common],
        help="train a run again on all seen classes, with the steps and the gamma that validation selected",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument("run", metavar="RUN", help="a finished run selected on validation")
    parser.add_argument("--name", metavar="NEW", help="the new run's name (default: RUN-refit)")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> int:
    """Train on as many ranks as torchrun started; return the status of ``train``."""
    with on_ranks(output) as (ranks, shown):
        return train_in(lambda: _directory(arguments), shown, ranks)


def _directory(arguments: argparse.Namespace) -> RunDirectory:
    from msdn_core.recipes.refit import create_refit
    from msdn_core.runs.listing import find_run

    return create_refit(find_run(arguments.project, arguments.run), arguments.name)
