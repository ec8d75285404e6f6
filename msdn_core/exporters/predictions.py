"""The predictions of a run for each image: CSV for a spreadsheet, or NPZ for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.atomic import replacing
from msdn_core.csv_text import CsvWriter
from msdn_core.domain.scoring import fused_attribute_scores
from msdn_core.exporters.report import ExportReport
from msdn_core.runs.predictions import write_predictions

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.exporters.checkpoint_outputs import CheckpointOutputs


def export_predictions(outputs: CheckpointOutputs, file: Path) -> ExportReport:
    """Write one line per image (``.csv``) or arrays (``.npz``).

    CSV: image, class, split, the predicted class (calibrated, of all classes), the predicted unseen class, whether the
    first is right, the checkpoint, and the score of every class. NPZ: the file of ``msdn_core.runs.predictions``, from
    which all of this follows.

    Raises
    ------
    MsdnError
        If the file cannot be written.
    """
    predictions = outputs.new_predictions()
    for part, out in outputs.batches():
        outputs.fill(predictions, part, out)
    if file.suffix.lower() == ".npz":
        write_predictions(file, predictions)
    else:
        with replacing(file) as temporary:
            fused = fused_attribute_scores(
                predictions.scores_av, predictions.scores_va, predictions.scores_pooled, predictions.weights
            )
            _write_csv(outputs, outputs.class_scores(fused), temporary)
    return ExportReport(file, {"images": len(outputs.images), "classes": len(outputs.table.classes)})


def origin(outputs: CheckpointOutputs) -> dict[str, str]:
    """Return what identifies the checkpoint, by column."""
    header = outputs.header
    return {
        "run": header.run,
        "variant": header.variant,
        "sub_nets": header.sub_nets,
        "selected_on": header.selected_on,
    }


def _write_csv(outputs: CheckpointOutputs, scores: np.ndarray, file: Path) -> None:
    classes = outputs.table.classes
    best = scores.argmax(axis=1)
    unseen = np.where(outputs.table.seen, -np.inf, scores).argmax(axis=1)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = CsvWriter(stream)
        checkpoint = origin(outputs)
        head = ["image", "class", "split", "predicted", "predicted among unseen", "right", *checkpoint]
        writer.write([*head, *(f"score {name}" for name in classes)])
        for image, row, place, place_unseen in zip(outputs.images, scores, best, unseen, strict=True):
            among_unseen = "" if outputs.table.seen.all() else classes[place_unseen]
            right = "" if image.class_name is None else "yes" if image.class_name == classes[place] else "no"
            cells = [image.name, image.class_name or "", image.split.value, classes[place], among_unseen, right]
            cells += checkpoint.values()
            writer.write([*cells, *(f"{score:.6g}" for score in row)])
