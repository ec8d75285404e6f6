"""``evaluate PROJECT --run RUN``: how good a run is on the test split."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msdn_core.cli.output import Output, aligned, percent


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "evaluate", parents=[common], help="CZSL, U, S, H, the seen-unseen curve and the pointing game of a run"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--run", required=True, metavar="RUN", help="a run's name, or a checkpoint file")
    parser.add_argument("--checkpoint", choices=("best", "last"), default="best", help="default: %(default)s")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: %(default)s)")
    parser.add_argument(
        "--precision",
        choices=("float32", "bfloat16"),
        default="float32",
        help="of the network's product: float32, or bfloat16, faster where the machine has it (default: %(default)s)",
    )
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Evaluates one checkpoint."""
    from msdn_core.cli.checkpoints import find_checkpoint
    from msdn_core.training.evaluation import evaluate

    checkpoint = find_checkpoint(arguments.project, arguments.run, arguments.checkpoint)
    figures = evaluate(
        arguments.project,
        checkpoint,
        device=arguments.device,
        precision=arguments.precision,
        progress=lambda p: output.progress("features", p.done, p.total, p.rate, p.remaining_s),
    )
    output.result(figures, _table(figures))


def _table(figures: Mapping[str, Any]) -> str:
    best = figures.get("best") or {}
    rows = [
        ("", "CZSL", "U", "S", "H", "gamma"),
        (
            "as trained", percent(figures["czsl"]), percent(figures["U"]), percent(figures["S"]), percent(figures["H"]),
            f"{figures['gamma']:.3f}",
        ),
        (
            "best gamma (on test)", percent(figures["czsl"]), percent(best.get("U")), percent(best.get("S")),
            percent(best.get("H")), "–" if best.get("gamma") is None else f"{best['gamma']:.3f}",
        ),
    ]  # fmt: skip
    lines = [aligned(rows), f"area under the seen-unseen curve  {percent(figures['ausuc'])}"]
    pointing = figures.get("pointing")
    if pointing:
        lines.append(
            f"pointing game  A→V {percent(pointing['av'])}  V→A {percent(pointing['va'])}  "
            f"chance {percent(pointing['chance'])}"
        )
    lines.append(f"checkpoint selected on {figures['selected_on']}")
    return "\n".join(lines)
