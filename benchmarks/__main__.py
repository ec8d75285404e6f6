"""Measure the claims about speed and memory on this machine: ``python -m benchmarks [ROW …]``."""

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
    """Run the requested rows, print each as soon as it is measured, and return 0."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the claims about speed and memory on this machine."
    )
    parser.add_argument(
        "rows", nargs="*", metavar="ROW", help=f"{', '.join(MODULES)}, or growth alone (default: all but growth)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per row")
    parser.add_argument(
        "--quick", action="store_true", help="use tiny shapes, to check that everything runs; times mean nothing"
    )
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="use one thread and count its processor time, for a machine that is busy with other work",
    )
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="write the measurements of the row growth as an SVG file"
    )
    arguments = parser.parse_args(words)
    if arguments.rows == ["growth"]:
        from benchmarks import growth

        if arguments.processor_time:
            use_one_thread()
        return growth.main(arguments.picture, arguments.quick)
    unknown = [name for name in arguments.rows if name not in MODULES]
    if unknown:
        parser.error(f"unknown row “{unknown[0]}”; choose from {', '.join(MODULES)}, growth")
    if arguments.processor_time:
        use_one_thread()
    if not arguments.json:
        print(f"{'':60} {'measured':>9}  {'target':>9}")
    for name in arguments.rows or MODULES:
        for row in import_module(f"benchmarks.{MODULES[name]}").rows(arguments.quick):
            # Targets apply to full shapes only.
            content = asdict(row) if arguments.quick else {**asdict(row), "met": row.met}
            print(json.dumps({"row": name, **content}) if arguments.json else line(row, arguments.quick), flush=True)
    return 0


def use_one_thread() -> None:
    """Count processor time, on one thread: idle threads of a pool spin, and their time would be counted too."""
    measuring.default_clock = time.process_time
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")


def line(row: Row, quick: bool) -> str:
    """Return a row as one line of text."""
    target = f"{'≥' if row.at_least else '≤'} {format_value(row.target, row.unit)}"
    verdict = "" if quick else "met" if row.met else "MISSED"
    return f"{row.what:60} {format_value(row.value, row.unit):>9}  {target:>9}  {verdict:6}  {row.detail}"


def format_value(value: float, unit: str) -> str:
    """Return a value with its unit: ``2.05×``, ``0.89``, ``2.6 ms``, ``1e-05``."""
    number = f"{value:.0e}" if 0 < abs(value) < 1e-3 else f"{value:.3g}"
    return f"{number}{'' if unit == '×' or not unit else ' '}{unit}"


if __name__ == "__main__":
    sys.exit(main())
