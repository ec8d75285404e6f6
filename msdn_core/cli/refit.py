"""``refit PROJECT RUN``: a finished run's settings trained anew on all seen classes, in this shell until it ends."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.output import Output
from msdn_core.cli.ranks import on_ranks
from msdn_core.cli.train import train_in

if TYPE_CHECKING:
    from msdn_core.runs.directory import RunDirectory


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "refit",
        parents=[common],
        help="train a run anew on all seen classes, for the steps that its validation chose and with its gamma",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("run", metavar="RUN", help="a finished run that selected on validation")
    parser.add_argument("--name", metavar="NEW", help="the new run's name (default: RUN-refit)")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> int:
    """Trains, on as many ranks as torchrun started; status as of ``train``."""
    with on_ranks(output) as (ranks, shown):
        return train_in(lambda: _directory(arguments), shown, ranks)


def _directory(arguments: argparse.Namespace) -> RunDirectory:
    from msdn_core.recipes.refit import create_refit
    from msdn_core.runs.listing import find_run

    return create_refit(find_run(arguments.project, arguments.run), arguments.name)
