"""``python -m benchmarks [ROW …]``: what is claimed about speed and memory, measured anew on this machine."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import measuring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measuring import Row

MODULES = {
    "training-step": "training_step",
    "evaluation": "evaluation",
    "memory": "memory",
    "features": "features",
    "explaining": "explaining",
    "re-ranking": "reranking",
    "edited-cell": "edited_cell",
}


def main(words: Sequence[str] | None = None) -> int:
    """Runs the rows that are asked for, prints each as soon as it is there, and ends with 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"{', '.join(MODULES)} (default: all)")
    parser.add_argument("--json", action="store_true", help="print an object a row")
    parser.add_argument("--quick", action="store_true", help="tiny shapes: whether it runs, not how fast")
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="count the seconds of one processor thread, on a machine that others use too",
    )
    parser.add_argument("--picture", type=Path, metavar="FILE", help="with the row growth, which is no claim: an SVG")
    arguments = parser.parse_args(words)
    if arguments.rows == ["growth"]:
        if arguments.processor_time:
            one_thread()
        return import_module("benchmarks.growth").main(arguments.picture, arguments.quick)
    unknown = [name for name in arguments.rows if name not in MODULES]
    if unknown:
        parser.error(f"there is no row “{unknown[0]}”; choose {', '.join(MODULES)}")
    if arguments.processor_time:
        one_thread()
    if not arguments.json:
        print(f"{'':60} {'measured':>9}  {'asked':>9}")
    for name in arguments.rows or MODULES:
        for row in import_module(f"benchmarks.{MODULES[name]}").rows(arguments.quick):
            # At tiny shapes nothing is asked.
            content = asdict(row) if arguments.quick else {**asdict(row), "met": row.met}
            print(json.dumps({"row": name, **content}) if arguments.json else line(row, arguments.quick), flush=True)
    return 0


def one_thread() -> None:
    """Time of this process alone, and no threads that would wait in a loop for one another."""
    measuring.default_clock = time.process_time
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")


def line(row: Row, quick: bool) -> str:
    """A row for a person to read."""
    asked = f"{'≥' if row.at_least else '≤'} {shown(row.asked, row.unit)}"
    verdict = "" if quick else "met" if row.met else "MISSED"
    return f"{row.what:60} {shown(row.value, row.unit):>9}  {asked:>9}  {verdict:6}  {row.detail}"


def shown(value: float, unit: str) -> str:
    """``2.05×``, ``0.89``, ``2.6 ms``, ``1e-05``."""
    number = f"{value:.0e}" if 0 < abs(value) < 1e-3 else f"{value:.3g}"
    return f"{number}{'' if unit == '×' or not unit else ' '}{unit}"


if __name__ == "__main__":
    sys.exit(main())
