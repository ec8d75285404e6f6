"""Read mutated files through every way in that a stranger has.

    python -m benchmarks.fuzz --files 20000 [--seconds N] [--seed S] [--reader NAME …]
    python -m benchmarks.fuzz --repeat FILE

Each file is read by a process of its own kind under a watchdog: more than 5 seconds is a hang, more than 2 GB is too
much memory, and any exception but the program's own is a fault. What fails is printed and saved, and ``--repeat`` reads
it again without a net. The exit status is 1 if anything failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.fuzzing.campaign import Campaign, Failure, counts_for, table
from benchmarks.fuzzing.cases import Bench
from benchmarks.fuzzing.readers import READERS
from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from collections.abc import Sequence

_FAILURES = Path("fuzz-failures")


def main(words: Sequence[str] | None = None) -> int:
    """Run a campaign, or repeat a file of an earlier one."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz", description="Read mutated files through every way in that a stranger has."
    )
    parser.add_argument("--files", type=int, default=2000, help="how many files (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other files (default: %(default)s)")
    parser.add_argument("--reader", action="append", choices=tuple(READERS), metavar="NAME", help=", ".join(READERS))
    parser.add_argument("--keep", type=Path, default=_FAILURES, help="folder for what fails (default: %(default)s)")
    parser.add_argument("--repeat", type=Path, metavar="FILE", help="read a saved file again")
    arguments = parser.parse_args(words)
    if arguments.repeat is not None:
        return repeat(arguments.repeat)
    names = arguments.reader or list(READERS)
    counts = counts_for(((name, READERS[name].share) for name in names), arguments.files)
    campaign = Campaign(arguments.keep.absolute(), _print_failure)
    try:
        campaign.run(counts, arguments.seed, time.monotonic() + arguments.seconds)
    finally:
        campaign.close()
    print(table(campaign.tallies))
    return 1 if campaign.failures else 0


def repeat(path: Path) -> int:
    """Read a saved file again; an unexpected exception is not caught."""
    note = json.loads(path.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MSDN_EXPLORER_HOME"] = folder
        bench = Bench(Path(folder))
        bench.prepare(note["reader"])
        bench.put(note["reader"], note)
        print(f"{note['reader']}: {note['file']} ({note['how']}) was “{note['outcome']}”")
        try:
            bench.read(note["reader"])
        except MsdnError as error:
            print(f"refused: {error}")
        else:
            print("read")
        finally:
            os.chdir(tempfile.gettempdir())
    return 0


def _print_failure(failure: Failure) -> None:
    outcome = failure.outcome
    print(f"{failure.reader} {failure.key}: {outcome.kind} after {outcome.seconds:.1f} s, {outcome.mib:,.0f} MiB")
    if outcome.detail:
        print("    " + outcome.detail.replace("\n", "\n    "))
    if failure.saved is not None:
        print(f"    repeat: python -m benchmarks.fuzz --repeat {failure.saved}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
