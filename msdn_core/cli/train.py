"""``train PROJECT``: a training run, in this shell until it ends."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from msdn_core.cli.output import Output


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "train", parents=[common], help="train a network; features that are missing come first"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--recipe", default=None, metavar="NAME", help="demo, cub, sun or awa2 (default: demo)")
    parser.add_argument(
        "--set", action="append", default=[], dest="settings", metavar="KEY=VALUE", help="change a setting; repeatable"
    )
    parser.add_argument("--name", metavar="RUN", help="the run's name (default: the recipe's and a number)")
    parser.add_argument("--resume", action="store_true", help="go on with the run of that name where it was left")
    parser.set_defaults(handler=run)
