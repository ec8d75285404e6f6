"""What a run predicts for each image, as CSV for a spreadsheet or as NPZ for a program."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from msdn_core.atomic import replacing
from msdn_core.exporters.looking import Look
from msdn_core.exporters.report import ExportReport


def export_predictions(look: Look, file: Path) -> ExportReport:
    """Write, by the file's suffix, one line an image (``.csv``) or arrays (``.npz``).

    CSV: image, class, split, the predicted class (calibrated, over all classes), the predicted one among the unseen
    classes, whether the first is right, and the score of every class. NPZ: ``scores`` (N, M) calibrated,
    ``scores_av`` and ``scores_va`` (N, K), ``images``, ``labels`` (N,) names, ``splits``, ``classes``, ``seen``,
    ``attributes``, ``gamma``, ``fusion``, and which checkpoint it was: ``run``, ``variant``, ``sub_nets`` and what it
    was ``selected_on``, which CSV names in every line too.

    Raises:
        MsdnError: if the file cannot be written.
    """
    m, k, n = len(look.table.classes), len(look.table.attributes), len(look.images)
    scores, scores_av, scores_va = np.zeros((n, m)), np.zeros((n, k), np.float32), np.zeros((n, k), np.float32)
    for part, out in look.batches():
        scores[part] = look.class_scores(out)
        scores_av[part], scores_va[part] = out.scores_av.numpy(), out.scores_va.numpy()
    with replacing(file) as temporary:
        if file.suffix.lower() == ".npz":
            arrays = {"scores": scores, "scores_av": scores_av, "scores_va": scores_va, **described(look)}
            np.savez_compressed(temporary, **arrays)
        else:
            _write_csv(look, scores, temporary)
    return ExportReport(file, {"images": n, "classes": m})


def described(look: Look) -> dict[str, Any]:
    """What the rows and columns of a look stand for, as arrays without objects."""
    return {
        "images": np.array([image.name for image in look.images]),
        "labels": np.array([image.class_name or "" for image in look.images]),
        "splits": np.array([image.split.value for image in look.images]),
        "classes": np.array(look.table.classes),
        "seen": look.table.seen,
        "attributes": np.array([attribute.full_name for attribute in look.table.attributes]),
        "gamma": np.float64(look.header.gamma),
        "fusion": np.array([look.header.fusion.av, look.header.fusion.va]),
        **{name: np.array(value) for name, value in origin(look).items()},
    }


def origin(look: Look) -> dict[str, str]:
    """Which checkpoint it was."""
    header = look.header
    return {
        "run": header.run,
        "variant": header.variant,
        "sub_nets": header.sub_nets,
        "selected_on": header.selected_on,
    }


def _write_csv(look: Look, scores: np.ndarray, file: Path) -> None:
    classes = look.table.classes
    best = scores.argmax(axis=1)
    unseen = np.where(look.table.seen, -np.inf, scores).argmax(axis=1)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        made_by = origin(look)
        head = ["image", "class", "split", "predicted", "predicted among unseen", "right", *made_by]
        writer.writerow([*head, *(f"score {name}" for name in classes)])
        for image, row, place, place_unseen in zip(look.images, scores, best, unseen, strict=True):
            among_unseen = "" if look.table.seen.all() else classes[place_unseen]
            right = "" if image.class_name is None else "yes" if image.class_name == classes[place] else "no"
            cells = [image.name, image.class_name or "", image.split.value, classes[place], among_unseen, right]
            cells += made_by.values()
            writer.writerow([*cells, *(f"{score:.6g}" for score in row)])
