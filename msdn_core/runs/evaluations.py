"""Stored evaluations of runs: where they are, what they contain, whether they are up to date; read without torch.

``runs/<name>/evaluation/<best or last>/`` holds what ``evaluate --tables`` writes. ``evaluation.json`` is written
last: a folder without it is not an evaluation.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.csv_text import unprotect_formula
from msdn_core.domain.annotation import Split
from msdn_core.errors import FileError, RunError
from msdn_core.links import refuse_links
from msdn_core.runs.attribute_scores import checkpoint_digest
from msdn_core.runs.image_measures import ImageMeasures, read_image_measures
from msdn_core.runs.predictions import Predictions, read_predictions
from msdn_core.safe_files import file_errors, read_bytes, read_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.project import ImageRecord
    from msdn_core.runs.directory import RunDirectory

FIGURES = "evaluation.json"
PREDICTIONS = "predictions.npz"
MEASURES = "images.npz"
TABLES = ("classes", "attributes", "parts", "curve")
KINDS = ("best", "last")
_TEXT_COLUMNS = frozenset(
    (
        "class",
        "kind",
        "most_taken_for",
        "attribute",
        "group",
        "truth",
        "part",
        "in_mean",
        "run",
        "selected_on",
        "taught",
    )
)
_MOST_BYTES = 64 << 20
_TESTS = (Split.TEST_SEEN, Split.TEST_UNSEEN)

Row = dict[str, str | float | None]


@dataclass(frozen=True, eq=False, slots=True)
class StoredEvaluation:
    """An evaluation as stored."""

    figures: dict[str, Any]
    """The result of ``evaluate --json``."""
    classes: list[Row]
    attributes: list[Row]
    parts: list[Row]
    predictions: Predictions
    measures: ImageMeasures


def evaluation_folder(run: RunDirectory, kind: str = "best") -> Path:
    """Return the folder of the evaluation of a run's ``best`` or ``last`` checkpoint."""
    return run.path / "evaluation" / kind


def writable_evaluation_folder(run: RunDirectory, kind: str = "best") -> Path:
    """Return the same folder for writing; raise MsdnError if it is a link."""
    folder = evaluation_folder(run, kind)
    refuse_links(run.project_path, folder)
    return folder


def checkpoint_kind(run: RunDirectory) -> str | None:
    """Return the checkpoint that represents a run: ``best``, or else ``last``; None without any."""
    return next((kind for kind in KINDS if run.checkpoint(kind) is not None), None)


_PARTS = ("validated", "best", "curve", "pointing", "attributes", "pcp", "region_insertion", "agreement", "made")
_TEXTS = ("run", "variant", "sub_nets", "selected_on")
_NUMBERS = ("czsl", "U", "S", "H", "gamma", "ausuc")


def read_figures(folder: Path) -> dict[str, Any] | None:
    """Return the figures only; None without an evaluation. Raises RunError if they cannot be read."""
    path = folder / FIGURES
    try:
        with file_errors(path):
            found: dict[str, Any] = read_json(path, _MOST_BYTES)
            _check(found)
    except FileError as fault:
        if fault.missing:
            return None
        raise RunError(f"{path} cannot be read as an evaluation ({fault.reason}); evaluate the run again.") from fault
    return found


def _check(found: Any) -> None:
    """Raise ValueError if an entry that is used has a wrong type."""
    if not isinstance(found, dict):
        raise ValueError("it is not an object")
    for name in ("images", "measured"):
        if not isinstance(found.get(name), dict):
            raise ValueError(f"“{name}” is missing")
    for name in _PARTS:
        if not isinstance(found.get(name), dict | None):
            raise ValueError(f"“{name}” is not an object")
    for name in ("config", "data"):
        if not isinstance((found.get("made") or {}).get(name, {}), dict):
            raise ValueError(f"“made.{name}” is not an object")
    for name in _TEXTS:
        if not isinstance(found.get(name), str | None):
            raise ValueError(f"“{name}” is not a text")
    for name, number in found["images"].items():
        if not isinstance(number, int | None):
            raise ValueError(f"“images.{name}” is not a whole number")
    for row in (found, found.get("validated"), found.get("best")):
        if row is None:
            continue
        for name in _NUMBERS:
            number = row.get(name)
            if isinstance(number, bool) or not isinstance(number, int | float | None):
                raise ValueError(f"“{name}” is not a number")
        if row.get("gamma") is None:
            raise ValueError("a “gamma” is missing")


def read_evaluation(folder: Path) -> StoredEvaluation | None:
    """Return a stored evaluation; None if there is none. Raises RunError if one of its files cannot be read."""
    figures = read_figures(folder)
    if figures is None:
        return None
    classes, attributes, parts = (_rows(folder / f"{name}.csv") for name in ("classes", "attributes", "parts"))
    predictions, measures = read_predictions(folder / PREDICTIONS), read_image_measures(folder / MEASURES)
    if not np.array_equal(predictions.image_ids, measures.image_ids) or (predictions.labels < 0).any():
        raise RunError(f"The files in {folder} are from different evaluations; evaluate the run again.")
    return StoredEvaluation(figures, classes, attributes, parts, predictions, measures)


def stale_reasons(
    kept: StoredEvaluation, table: ClassTable, images: Sequence[ImageRecord], checkpoint: Path | None
) -> list[str]:
    """Return the reasons why an evaluation is out of date, a sentence each; empty if it is up to date.

    It compares the class semantic vectors, the test images with their classes, and the content of the checkpoint.
    """
    reasons = []
    stored = kept.predictions
    if tuple(stored.attributes.tolist()) != tuple(attribute.full_name for attribute in table.attributes):
        reasons.append("The attributes have changed.")
    elif tuple(stored.classes.tolist()) != table.classes or not np.array_equal(stored.seen, table.seen):
        reasons.append("The classes, or which of them are seen, have changed.")
    elif not np.array_equal(stored.class_vectors, table.vectors):
        count = int((stored.class_vectors != table.vectors).any(axis=1).sum())
        reasons.append(f"The vectors of {count} {'class have' if count == 1 else 'classes have'} changed.")
    current = {image.id: image.class_name for image in images if image.split in _TESTS and image.class_name is not None}
    names = stored.classes[stored.labels].tolist()
    moved = sum(current.get(number) != name for number, name in zip(stored.image_ids.tolist(), names, strict=True))
    added = len(current) - len(names) - int(kept.figures["images"].get("left_out") or 0)
    if moved or added > 0:
        count = max(moved, added)
        reasons.append(
            f"{count} test {'image was' if count == 1 else 'images were'} added, removed or moved to another class."
        )
    evaluated_digest = kept.figures["measured"].get("checkpoint")
    if checkpoint is not None and evaluated_digest is not None and checkpoint_digest(checkpoint) != evaluated_digest:
        reasons.append("The run was trained further, so its checkpoint has changed.")
    return reasons


def _rows(path: Path) -> list[Row]:
    """Return the rows of a table; empty cells are None."""
    try:
        with file_errors(path):
            text = read_bytes(path, _MOST_BYTES).decode("utf-8-sig")
            return [
                {
                    name: unprotect_formula(text) if name in _TEXT_COLUMNS else _number(text)
                    for name, text in row.items()
                }
                for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)
            ]
    except FileError as fault:
        raise RunError(
            f"{path} cannot be read as a table of an evaluation ({fault.reason}); evaluate the run again."
        ) from fault


def _number(text: str) -> float | None:
    number = float(text) if text else None
    if number is not None and not math.isfinite(number):
        raise ValueError(f"“{text[:20]}” is not a number")
    return number
