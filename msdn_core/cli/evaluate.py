"""``evaluate PROJECT --run RUN``: how good a run is on the test split."""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.atomic import write_atomic
from msdn_core.cli.output import Output, aligned
from msdn_core.errors import MsdnError
from msdn_core.number_text import percent

if TYPE_CHECKING:
    from msdn_core.evaluation.examine import Evaluation


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "evaluate",
        parents=[common],
        help="CZSL, U, S, H, the seen-unseen curve, attributes, parts and agreement of a run",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--run", required=True, metavar="RUN", help="a run's name, or a checkpoint file")
    parser.add_argument("--checkpoint", choices=("best", "last"), default="best", help="default: %(default)s")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: %(default)s)")
    parser.add_argument(
        "--tables",
        type=Path,
        metavar="DIR",
        help="write evaluation.json, predictions.npz, images.npz, and classes, attributes, parts and curve as .csv "
        "into DIR",
    )
    parser.add_argument(
        "--keep", action="store_true", help="write these files into the run's own folder, where the window finds them"
    )
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
    from msdn_core.evaluation.examine import examine

    folder = _kept_with_run(arguments) if arguments.keep else arguments.tables
    checkpoint = find_checkpoint(arguments.project, arguments.run, arguments.checkpoint)
    evaluation = examine(
        arguments.project,
        checkpoint,
        device=arguments.device,
        precision=arguments.precision,
        progress=lambda p: output.progress("features", p.done, p.total, p.rate, p.remaining_s),
        maps_progress=lambda done, total: output.progress("maps", done, total),
    )
    figures = evaluation.figures
    if folder is not None:
        figures = {**figures, "tables": write_tables(evaluation, folder)}
    output.result(figures, _text(figures))


def _kept_with_run(arguments: argparse.Namespace) -> Path:
    """The folder of the evaluation that ``--keep`` asks for; MsdnError where there can be none."""
    from msdn_core.runs.evaluations import writable_evaluation_folder
    from msdn_core.runs.listing import find_run

    if arguments.tables is not None:
        raise MsdnError("--keep and --tables name two places; give one of them.")
    run = find_run(arguments.project, arguments.run)
    kind = arguments.checkpoint if run.checkpoint(arguments.checkpoint) is not None else "last"
    return writable_evaluation_folder(run, kind)


def write_tables(evaluation: Evaluation, folder: Path) -> list[str]:
    """Writes an evaluation's files into a folder, which is made where it is missing, and gives their paths.

    Each file is written whole or not at all, and ``evaluation.json`` last, so that files of two evaluations never
    pass for one; raises MsdnError where the folder cannot be written. Every row of a table names the run and what
    its checkpoint was selected on.
    """
    from msdn_core.runs.evaluations import FIGURES, MEASURES, PREDICTIONS, TABLES
    from msdn_core.runs.image_measures import write_image_measures
    from msdn_core.runs.predictions import write_predictions

    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FIGURES).unlink(missing_ok=True)
    except OSError as fault:
        raise MsdnError(f"The folder {folder} cannot be made ({fault.strerror or fault}); choose another.") from fault
    figures = evaluation.figures
    origin = {"run": figures["run"], "selected_on": figures["selected_on"]}
    for name in TABLES:
        write_atomic(folder / f"{name}.csv", _csv([{**row, **origin} for row in getattr(evaluation, name)]))
    write_predictions(folder / PREDICTIONS, evaluation.predictions)
    write_image_measures(folder / MEASURES, evaluation.measures)
    write_atomic(folder / FIGURES, json.dumps(figures, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return [str(folder / name) for name in (*(f"{table}.csv" for table in TABLES), FIGURES, PREDICTIONS, MEASURES)]


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def _text(figures: Mapping[str, Any]) -> str:
    """The figures for a person, each beside what it was selected on."""
    from msdn_core.runs.evaluated_run import VALIDATED_GAMMA_NOTE

    rows: list[tuple[str, ...]] = [("", "CZSL", "U", "S", "H", "gamma")]
    for name, found in (
        ("gamma as trained", figures),
        ("gamma chosen on {}", figures["validated"]),
        ("best gamma, chosen on {}", figures["best"]),
    ):
        if found is not None:
            shown = (percent(found[key]) for key in ("czsl", "U", "S", "H"))
            rows.append((name.format(found["selected_on"]), *shown, f"{found['gamma']:.3f}"))
    caution = [f"a gamma chosen on validation is {VALIDATED_GAMMA_NOTE}"] if figures["validated"] else []
    lines = [aligned(rows), *caution, f"area under the seen-unseen curve  {percent(figures['ausuc'])}", ""]
    pointing, pcp, attributes = figures["pointing"], figures["pcp"], figures["attributes"]
    regions, agreement = figures["region_insertion"], figures["agreement"]
    looks = [("", "A→V", "V→A", "")]
    if pointing:
        looks.append(("pointing game", *_both(pointing), f"chance {percent(pointing['chance'])}"))
    if pcp:
        for size in ("usual", "strict"):
            by = f"box / {pcp[size]['box_divided_by']:g}, {pcp['parts']} parts, {pcp['protocol']}"
            looks.append((f"PCP, {size}", *_both(pcp[size]), by))
    auc = {side: attributes[f"auc_{side}"] for side in ("av", "va")}
    looks.append(("attribute AUC", *_both(auc), f"fused {percent(attributes['auc_fused'])}, by {attributes['truth']}"))
    for way in ("insertion", "deletion"):
        areas = {side: (regions[side] or {}).get(way) for side in ("av", "va")}
        looks.append((f"region {way}", *_both(areas), f"by chance {percent(regions['random'])}"))
    lines.append(aligned(looks))
    if agreement is not None:
        lines.append(
            f"agreement of the sub-nets: JSD {agreement['jsd_nats']:.4f} nats, overlap of maps "
            f"{percent(agreement['map_overlap'])}"
        )
    lines += [
        "",
        f"variant {figures['variant']}, sub-nets {figures['sub_nets']}, "
        f"checkpoint selected on {figures['selected_on']}",
        *figures["missing"],
    ]
    if "tables" in figures:
        lines += ["", *figures["tables"]]
    return "\n".join(lines)


def _both(found: Mapping[str, Any]) -> tuple[str, str]:
    return percent(found["av"]), percent(found["va"])
