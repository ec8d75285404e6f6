"""The main function: it runs a command and turns errors into one sentence and an exit status."""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

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
from msdn_core.installation import engine_command
from msdn_core.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """Return the parser of the whole command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object per line, for programs"
    )
    parser = argparse.ArgumentParser(
        prog=engine_command(),
        description="MSDN Explorer's engine: projects, features, training and explaining images, without a screen.",
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"MSDN Explorer {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.register(commands, common)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return 0 on success, 1 after an error with one sentence, 2 for wrong arguments."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Names of classes and files may contain any letter; a console that cannot show one prints its escape.
            stream.reconfigure(errors="backslashreplace")
    if argv is None:
        # A crash in native code prints its location: in a run's log, or to the window that started the job.
        with suppress(OSError, ValueError, AttributeError):
            faulthandler.enable()
    words = sys.argv[1:] if argv is None else argv
    arguments = build_parser().parse_args(words)
    output = Output(as_json=getattr(arguments, "json", False))
    try:
        return _run(arguments, output, words)
    except BrokenPipeError:
        # The reader of the output is gone (``| head``); without this, Python would print an error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(arguments: argparse.Namespace, output: Output, words: Sequence[str]) -> int:
    try:
        for word in words:
            # Bytes that are invalid in the shell's encoding arrive as surrogates.
            if any("\ud800" <= letter <= "\udfff" for letter in word):
                raise MsdnError(f"“{word}” is not valid UTF-8 in this shell; rename it, or set PYTHONUTF8=1.")
        status: int | None = arguments.handler(arguments, output)
        return status or 0
    except MsdnError as fault:
        output.error(str(fault))
        return 1
    except KeyboardInterrupt:
        output.error("Interrupted; finished work is kept.")
        return 130
    except BrokenPipeError:
        raise
    except MemoryError:
        output.error("The machine ran out of memory; close other programs and try again.")
    except OSError as fault:
        place = f"{fault.filename}: " if fault.filename else ""
        output.error(f"The system reported an error ({place}{fault.strerror or fault}); resolve it and try again.")
    except Exception as fault:
        # A bug: print one sentence; MSDN_TRACEBACK shows the rest.
        if os.environ.get("MSDN_TRACEBACK"):
            raise
        output.error(
            f"Unexpected error ({type(fault).__name__}: {fault}); set MSDN_TRACEBACK=1 for details, and report it."
        )
    return 1
