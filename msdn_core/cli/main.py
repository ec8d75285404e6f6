"""From arguments to a command, and from its faults to one sentence and a status."""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from msdn_core.cli import (
    ablate,
    demo,
    doctor,
    embed,
    evaluate,
    explain,
    exporting,
    features,
    importing,
    queueing,
    refit,
    report,
    runs,
    score,
    train,
)
from msdn_core.cli.output import Output
from msdn_core.errors import MsdnError
from msdn_core.version import __version__

COMMANDS = (
    demo,
    importing,
    features,
    train,
    refit,
    queueing,
    ablate,
    runs,
    evaluate,
    embed,
    report,
    explain,
    score,
    exporting,
    doctor,
)


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
    if argv is None:
        # What crashes in native code says where: a run in its log, a job to the window that started it.
        with suppress(OSError, ValueError, AttributeError):
            faulthandler.enable()
    words = sys.argv[1:] if argv is None else argv
    arguments = build_parser().parse_args(words)
    output = Output(as_json=getattr(arguments, "json", False))
    try:
        return _run(arguments, output, words)
    except BrokenPipeError:
        # The reader of our output has gone (``| head``): nothing is left to be said, and Python would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(arguments: argparse.Namespace, output: Output, words: Sequence[str]) -> int:
    try:
        for word in words:
            # Bytes that the shell's encoding has no letters for arrive as half a letter each.
            if any("\ud800" <= letter <= "\udfff" for letter in word):
                raise MsdnError(f"“{word}” is no UTF-8 text in this shell; rename it, or set PYTHONUTF8=1.")
        status: int | None = arguments.handler(arguments, output)
        return status or 0
    except MsdnError as fault:
        output.error(str(fault))
        return 1
    except KeyboardInterrupt:
        output.error("Interrupted; what was finished is kept.")
        return 130
    except BrokenPipeError:
        raise
    except MemoryError:
        output.error("The machine ran out of memory; close other programs and try again.")
    except OSError as fault:
        place = f"{fault.filename}: " if fault.filename else ""
        output.error(f"The system refused something ({place}{fault.strerror or fault}); mend that and try again.")
    except Exception as fault:
        # A fault of ours: a person gets one sentence, and who wants to mend it asks for the rest.
        if os.environ.get("MSDN_TRACEBACK"):
            raise
        output.error(
            f"An unexpected fault, {type(fault).__name__}: {fault}; set MSDN_TRACEBACK=1 to see where, and report it."
        )
    return 1
