"""From arguments to a command, and from its faults to one sentence and a status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from msdn_core import __version__
from msdn_core.cli import ablate, demo, doctor, evaluate, explain, features, importing, runs, train
from msdn_core.cli.output import Output
from msdn_core.errors import MsdnError

COMMANDS = (demo, importing, features, train, ablate, runs, evaluate, explain, doctor)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object a line, for programs"
    )
    parser = argparse.ArgumentParser(
        prog="python -m msdn_core",
        description="MSDN Explorer's engine: projects, features, training and explaining images, without a screen.",
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"MSDN Explorer {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.register(commands, common)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; 0 where it did what was asked, otherwise 1 with one sentence of why (2: bad arguments)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Names of classes and files are anybody's; a console that cannot show a letter shows its escape.
            stream.reconfigure(errors="backslashreplace")
    arguments = build_parser().parse_args(argv)
    output = Output(as_json=getattr(arguments, "json", False))
    try:
        status: int | None = arguments.handler(arguments, output)
        return status or 0
    except MsdnError as fault:
        output.error(str(fault))
        return 1
    except KeyboardInterrupt:
        output.error("Interrupted; what was finished is kept.")
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (``| head``): nothing is left to be said, and Python would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
