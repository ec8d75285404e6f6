"""Where a run's evaluation is kept, what stands there, and whether it still holds; read without torch.

``runs/<name>/evaluation/<best or last>/`` holds what ``evaluate --tables`` writes. ``evaluation.json`` is written
last: a folder without it is no evaluation.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.errors import RunError
from msdn_core.links import refuse_links
from msdn_core.project import ImageRecord
from msdn_core.runs.attribute_scores import checkpoint_digest
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.image_measures import ImageMeasures, read_image_measures
from msdn_core.runs.predictions import Predictions, read_predictions

FIGURES = "evaluation.json"
PREDICTIONS = "predictions.npz"
MEASURES = "images.npz"
TABLES = ("classes", "attributes", "parts", "curve")
KINDS = ("best", "last")
_WORDS = frozenset(
    ("class", "kind", "most_taken_for", "attribute", "group", "truth", "part", "in_mean", "run", "selected_on")
)
_MOST_BYTES = 64 << 20
_TESTS = (Split.TEST_SEEN, Split.TEST_UNSEEN)

Row = dict[str, str | float | None]


@dataclass(frozen=True, eq=False, slots=True)
class StoredEvaluation:
    """An evaluation as it was written."""

    figures: dict[str, Any]
    """What ``evaluate --json`` gives."""
    classes: list[Row]
    attributes: list[Row]
    parts: list[Row]
    predictions: Predictions
    measures: ImageMeasures


def evaluation_folder(run: RunDirectory, kind: str = "best") -> Path:
    """Where the evaluation of a run's ``best`` or ``last`` checkpoint is kept."""
    return run.path / "evaluation" / kind


def writable_evaluation_folder(run: RunDirectory, kind: str = "best") -> Path:
    """The same for who writes there; MsdnError where it would be written through a link."""
    folder = evaluation_folder(run, kind)
    refuse_links(run.project_path, folder)
    return folder


def checkpoint_kind(run: RunDirectory) -> str | None:
    """The checkpoint that stands for a run: its best one, or the last where there is no best; None without any."""
    return next((kind for kind in KINDS if run.checkpoint(kind) is not None), None)


_PARTS = ("validated", "best", "curve", "pointing", "attributes", "pcp", "region_insertion", "agreement")
_NUMBERS = ("czsl", "U", "S", "H", "gamma", "ausuc")


def read_figures(folder: Path) -> dict[str, Any] | None:
    """The figures alone; None where nothing was evaluated, RunError where they cannot be read."""
    path = folder / FIGURES
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            found: dict[str, Any] = json.loads(file.read(_MOST_BYTES))
        _check(found)
    except (OSError, ValueError, RecursionError) as fault:
        raise RunError(f"{path} holds no evaluation ({fault}); evaluate the run again.") from fault
    return found


def _check(found: Any) -> None:
    """ValueError where what is read by name is not what it was written as."""
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    for name in ("images", "measured"):
        if not isinstance(found.get(name), dict):
            raise ValueError(f"“{name}” is not in it")
    for name in _PARTS:
        if not isinstance(found.get(name), dict | None):
            raise ValueError(f"“{name}” is no object")
    for row in (found, found.get("validated"), found.get("best")):
        for name in _NUMBERS:
            number = row.get(name) if row is not None else None
            if isinstance(number, bool) or not isinstance(number, int | float | None):
                raise ValueError(f"“{name}” is no number")


def read_evaluation(folder: Path) -> StoredEvaluation | None:
    """All of a kept evaluation; None where there is none, RunError where a file of it cannot be read."""
    figures = read_figures(folder)
    if figures is None:
        return None
    classes, attributes, parts = (_rows(folder / f"{name}.csv") for name in ("classes", "attributes", "parts"))
    predictions, measures = read_predictions(folder / PREDICTIONS), read_image_measures(folder / MEASURES)
    if not np.array_equal(predictions.image_ids, measures.image_ids) or (predictions.labels < 0).any():
        raise RunError(f"The files in {folder} do not belong together; evaluate the run again.")
    return StoredEvaluation(figures, classes, attributes, parts, predictions, measures)


def stale_reasons(
    kept: StoredEvaluation, table: ClassTable, images: Sequence[ImageRecord], checkpoint: Path | None
) -> list[str]:
    """Why an evaluation holds no longer, a sentence each; empty where it would come out the same.

    Compared are the class semantic vectors, the test images with their classes, and the checkpoint's content.
    """
    reasons = []
    then = kept.predictions
    if tuple(then.attributes.tolist()) != tuple(attribute.full_name for attribute in table.attributes):
        reasons.append("The attributes are others now.")
    elif tuple(then.classes.tolist()) != table.classes or not np.array_equal(then.seen, table.seen):
        reasons.append("The classes are others now, or other ones are seen.")
    elif not np.array_equal(then.class_vectors, table.vectors):
        count = int((then.class_vectors != table.vectors).any(axis=1).sum())
        reasons.append(f"The vectors of {count} {'class' if count == 1 else 'classes'} were changed since.")
    now = {image.id: image.class_name for image in images if image.split in _TESTS and image.class_name is not None}
    names = then.classes[then.labels].tolist()
    moved = sum(now.get(number) != name for number, name in zip(then.image_ids.tolist(), names, strict=True))
    more = len(now) - len(names) - int(kept.figures["images"].get("left_out") or 0)
    if moved or more > 0:
        count = max(moved, more)
        reasons.append(
            f"{count} test {'image has' if count == 1 else 'images have'} another class, or came or went since."
        )
    measured_with = kept.figures["measured"].get("checkpoint")
    if checkpoint is not None and measured_with is not None and checkpoint_digest(checkpoint) != measured_with:
        reasons.append("The run has trained on since: its checkpoint is another one.")
    return reasons


def _rows(path: Path) -> list[Row]:
    """A table's rows: numbers as numbers, what is empty as None."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("it is far too long")
        with path.open(encoding="utf-8", newline="") as file:
            return [
                {name: text if name in _WORDS else _number(text) for name, text in row.items()}
                for row in csv.DictReader(file, strict=True)
            ]
    except (OSError, ValueError, csv.Error, AttributeError, TypeError) as fault:
        raise RunError(f"{path} holds no table of an evaluation ({fault}); evaluate the run again.") from fault


def _number(text: str) -> float | None:
    return float(text) if text else None
