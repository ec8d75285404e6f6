"""In which order images are annotated: by what the model says of them, the most telling first."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import numpy as np

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.scoring import Fusion, calibrated, class_scores, fused_attribute_scores
from msdn_core.domain.suggestions import attribute_doubt, class_doubt, disagreement, strengths
from msdn_core.project import ImageRecord
from msdn_core.project.attribute_scores import AttributeScores, read_scores


class Order(StrEnum):
    """What the queue is sorted by."""

    PROJECT = "project"
    CLASS_DOUBT = "class doubt"
    ATTRIBUTE_DOUBT = "attribute doubt"
    STRENGTH = "strength"
    DISAGREEMENT = "disagreement"


WORDS = {
    Order.PROJECT: "In the project's order",
    Order.CLASS_DOUBT: "Model unsure of the class",
    Order.ATTRIBUTE_DOUBT: "Model unsure of the attribute",
    Order.STRENGTH: "Attribute strongest",
    Order.DISAGREEMENT: "Sub-nets disagree",
}


def sort_keys(
    file: Path,
    records: Sequence[ImageRecord],
    order: Order,
    *,
    table: ClassTable,
    fusion: Fusion,
    gamma: float,
    clip_negative: bool,
    attribute: int,
    threshold: float,
) -> FloatArray | None:
    """(N,) a number an image, the highest first, NaN where the model has not looked; None without kept scores."""
    scores = read_scores(file)
    if scores is None or scores.av.shape[1] != len(table.attributes):
        return None
    place = {record.id: row for row, record in enumerate(records)}
    rows = np.array([place.get(int(number), -1) for number in scores.image_ids], dtype=np.int64)
    keys = np.full(len(records), np.nan)
    keys[rows[rows >= 0]] = _keys(scores, order, table, fusion, gamma, clip_negative, attribute, threshold)[rows >= 0]
    return keys


def _keys(
    scores: AttributeScores,
    order: Order,
    table: ClassTable,
    fusion: Fusion,
    gamma: float,
    clip_negative: bool,
    attribute: int,
    threshold: float,
) -> FloatArray:
    if order is Order.DISAGREEMENT:
        return disagreement(scores.av, scores.va)
    fused = fused_attribute_scores(scores.av, scores.va, fusion)
    if order is Order.CLASS_DOUBT:
        unit = table.unit_vectors(clip_negative=clip_negative)
        return class_doubt(calibrated(class_scores(fused, unit), table.seen, gamma))
    strength = strengths(fused)[:, max(attribute, 0)]
    return strength if order is Order.STRENGTH else attribute_doubt(strength, threshold)
