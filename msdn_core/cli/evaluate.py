"""``evaluate PROJECT --run RUN``: measure a run on the test split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.atomic import write_atomic
from msdn_core.cli.output import Output, aligned
from msdn_core.csv_text import csv_text
from msdn_core.errors import MsdnError
from msdn_core.number_text import percent

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from msdn_core.evaluation.examine import Evaluation


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "evaluate",
        parents=[common],
        help="measure a run: CZSL, U, S, H, the seen-unseen curve, attributes, parts and agreement",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument("--run", required=True, metavar="RUN", help="a run's name, or a checkpoint file")
    parser.add_argument(
        "--checkpoint", choices=("best", "last"), default="best", help="the checkpoint (default: %(default)s)"
    )
    parser.add_argument("--device", default="auto", help="device: auto, cpu, cuda or mps (default: %(default)s)")
    parser.add_argument(
        "--tables",
        type=Path,
        metavar="DIR",
        help="write evaluation.json, predictions.npz, images.npz, and classes, attributes, parts and curve as .csv "
        "to DIR",
    )
    parser.add_argument(
        "--keep", action="store_true", help="write these files to the run's directory, where the window finds them"
    )
    parser.add_argument(
        "--precision",
        choices=("float32", "bfloat16"),
        default="float32",
        help="precision of the network's product; bfloat16 is faster if the machine supports it (default: %(default)s)",
    )
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Evaluate a checkpoint."""
    from msdn_core.cli.checkpoints import find_checkpoint
    from msdn_core.evaluation.examine import examine

    folder = _folder_in_run(arguments) if arguments.keep else arguments.tables
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


def _folder_in_run(arguments: argparse.Namespace) -> Path:
    """Return the folder for ``--keep``; raise MsdnError if there is none."""
    from msdn_core.runs.evaluations import writable_evaluation_folder
    from msdn_core.runs.listing import find_run

    if arguments.tables is not None:
        raise MsdnError("--keep and --tables cannot be combined; give one of them.")
    run = find_run(arguments.project, arguments.run)
    kind = arguments.checkpoint if run.checkpoint(arguments.checkpoint) is not None else "last"
    return writable_evaluation_folder(run, kind)


def write_tables(evaluation: Evaluation, folder: Path) -> list[str]:
    """Write the files of an evaluation to a folder, which is created if it is missing, and return their paths.

    Each file is written whole or not at all, and ``evaluation.json`` last, so that files of two evaluations are
    never mixed. Every row of a table names the run, what its checkpoint was selected on, and whether marks taught
    it. Raises MsdnError if the folder cannot be written.
    """
    from msdn_core.runs.evaluations import FIGURES, MEASURES, PREDICTIONS, TABLES
    from msdn_core.runs.image_measures import write_image_measures
    from msdn_core.runs.predictions import write_predictions
    from msdn_core.runs.trained_on import taught_text

    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FIGURES).unlink(missing_ok=True)
    except OSError as fault:
        raise MsdnError(
            f"The folder {folder} cannot be created ({fault.strerror or fault}); choose another one."
        ) from fault
    figures = evaluation.figures
    origin = {"run": figures["run"], "selected_on": figures["selected_on"]}
    if taught := taught_text(figures):
        origin["taught"] = taught
    for name in TABLES:
        write_atomic(folder / f"{name}.csv", _csv([{**row, **origin} for row in getattr(evaluation, name)]))
    write_predictions(folder / PREDICTIONS, evaluation.predictions)
    write_image_measures(folder / MEASURES, evaluation.measures)
    write_atomic(folder / FIGURES, json.dumps(figures, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return [str(folder / name) for name in (*(f"{table}.csv" for table in TABLES), FIGURES, PREDICTIONS, MEASURES)]


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [list(rows[0]), *([row[name] for name in rows[0]] for row in rows)] if rows else []
    return csv_text(lines, always_marked=False)


def _text(figures: Mapping[str, Any]) -> str:
    """Return the figures as text, each with what it was selected on."""
    from msdn_core.runs.evaluated_run import VALIDATED_GAMMA_NOTE
    from msdn_core.runs.trained_on import taught_text

    taught = taught_text(figures)
    rows: list[tuple[str, ...]] = [("", "CZSL", "U", "S", "H", "gamma")]
    for name, row in (
        ("gamma as trained", figures),
        ("gamma selected on {}", figures["validated"]),
        ("best gamma, selected on {}", figures["best"]),
    ):
        if row is not None:
            shown = (percent(row[key]) for key in ("czsl", "U", "S", "H"))
            rows.append((name.format(row["selected_on"]), *shown, f"{row['gamma']:.3f}"))
    caution = [f"a gamma selected on validation is {VALIDATED_GAMMA_NOTE}"] if figures["validated"] else []
    lines = [aligned(rows), *caution, f"area under the seen-unseen curve  {percent(figures['ausuc'])}", ""]
    pointing, pcp, attributes = figures["pointing"], figures["pcp"], figures["attributes"]
    regions, agreement = figures["region_insertion"], figures["agreement"]
    measures = [("", "A→V", "V→A", "")]
    if pointing:
        measures.append(("pointing game", *_both(pointing), f"chance {percent(pointing['chance'])}"))
    if pcp:
        for size in ("usual", "strict"):
            protocol = f"box / {pcp[size]['box_divided_by']:g}, {pcp['parts']} parts, {pcp['protocol']}"
            measures.append((f"PCP, {size}", *_both(pcp[size]), protocol))
    auc = {side: attributes[f"auc_{side}"] for side in ("av", "va")}
    measures.append(
        ("attribute AUC", *_both(auc), f"fused {percent(attributes['auc_fused'])}, by {attributes['truth']}")
    )
    for way in ("insertion", "deletion"):
        areas = {side: (regions[side] or {}).get(way) for side in ("av", "va")}
        chance, by_evidence = percent(regions["random"]), percent(regions["evidence"][way])
        measures.append((f"region {way}", *_both(areas), f"by evidence {by_evidence}, by chance {chance}"))
    lines.append(aligned(measures))
    if attributes["fall"] is not None:
        lines.append(
            f"attribute scores fall by {attributes['fall']:.2f} standard deviations without the tenth of the regions "
            f"with the most evidence, by {attributes['fall_random']:.2f} without random ones"
        )
    if agreement is not None:
        lines.append(
            f"agreement of the sub-nets: JSD {agreement['jsd_nats']:.4f} nats, map overlap "
            f"{percent(agreement['map_overlap'])}"
        )
    lines += [
        "",
        f"variant {figures['variant']}, sub-nets {figures['sub_nets']}, "
        f"checkpoint selected on {figures['selected_on']}" + (f", {taught}" if taught else ""),
        *figures["missing"],
    ]
    if "tables" in figures:
        lines += ["", *figures["tables"]]
    return "\n".join(lines)


def _both(found: Mapping[str, Any]) -> tuple[str, str]:
    return percent(found["av"]), percent(found["va"])
