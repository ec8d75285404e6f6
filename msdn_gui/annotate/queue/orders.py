"""In which order images are annotated: by what the model says of them, the most telling first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.expected_change import answer_probabilities, class_beliefs, expected_change
from msdn_core.domain.predictions import predict
from msdn_core.domain.scoring import Floats, calibrated, class_scores
from msdn_core.domain.suggestions import attribute_uncertainty, disagreement, strengths
from msdn_core.project import ImageRecord, Project
from msdn_gui.session.collection import Collection


class Order(StrEnum):
    """What the queue is sorted by."""

    PROJECT = "project"
    CLASS_DOUBT = "class doubt"
    ATTRIBUTE_DOUBT = "attribute doubt"
    STRENGTH = "strength"
    DISAGREEMENT = "disagreement"
    EXPECTED_CHANGE = "expected change"
    ATTRIBUTE_CHANGE = "attribute change"


WORDS = {
    Order.PROJECT: "In the project's order",
    Order.CLASS_DOUBT: "Model unsure of the class",
    Order.ATTRIBUTE_DOUBT: "Model unsure of the attribute",
    Order.STRENGTH: "Attribute strongest",
    Order.DISAGREEMENT: "Sub-nets disagree",
    Order.EXPECTED_CHANGE: "Greatest expected change",
    Order.ATTRIBUTE_CHANGE: "Attribute changes most",
}
TIPS = {
    Order.EXPECTED_CHANGE: "A judgement of the image's most telling attribute is expected to change most of what the "
    "model believes of its class (G chooses that attribute)",
    Order.ATTRIBUTE_CHANGE: "A judgement of the chosen attribute is expected to change most of what the model believes "
    "of the image's class",
}
_AT_ONCE = 2048


@dataclass(frozen=True, eq=False)
class Asked:
    """What an order hangs on besides the scores."""

    project: Path
    table: ClassTable
    gamma: float
    clip_negative: bool
    attribute: int
    threshold: float


def sort_keys(collection: Collection, records: Sequence[ImageRecord], order: Order, asked: Asked) -> FloatArray:
    """(N,) a number an image, the highest first, NaN where the model has not looked; reads the project's judgements."""
    place = {record.id: row for row, record in enumerate(records)}
    rows = np.array([place.get(int(number), -1) for number in collection.image_ids], dtype=np.int64)
    keys = np.full(len(records), np.nan)
    keys[rows[rows >= 0]] = _keys(collection, order, asked)[rows >= 0]
    return keys


def changes_by_attribute(
    fused: Floats, present: NDArray[np.int8], table: ClassTable, gamma: float, *, clip_negative: bool
) -> FloatArray:
    """(N, K) bits by which judging each attribute is expected to change what is believed of each image's class."""
    scores = calibrated(class_scores(fused, table.unit_vectors(clip_negative=clip_negative)), table.seen, gamma)
    chances = answer_probabilities(table.vectors, table.value_range[1])
    return expected_change(class_beliefs(scores, chances, present), chances, present)


def _keys(collection: Collection, order: Order, asked: Asked) -> FloatArray:
    table, clip_negative = asked.table, asked.clip_negative
    if order is Order.DISAGREEMENT:
        return disagreement(collection.scores_av, collection.scores_va)
    if order is Order.CLASS_DOUBT:
        unit = table.unit_vectors(clip_negative=clip_negative)
        return predict(collection.fused, unit, table.seen, asked.gamma).uncertainty
    if order in (Order.EXPECTED_CHANGE, Order.ATTRIBUTE_CHANGE):
        return _changes(collection, asked, any_attribute=order is Order.EXPECTED_CHANGE)
    strength = strengths(collection.fused)[:, max(asked.attribute, 0)]
    return strength if order is Order.STRENGTH else attribute_uncertainty(strength, asked.threshold)


def _changes(collection: Collection, asked: Asked, *, any_attribute: bool) -> FloatArray:
    with Project.open(asked.project, read_only=True) as project:
        present, _ = project.annotations.effective_judgements(collection.image_ids.tolist())
    found = np.empty(len(collection.fused))
    for start in range(0, len(found), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        changes = changes_by_attribute(
            collection.fused[part], present[part], asked.table, asked.gamma, clip_negative=asked.clip_negative
        )
        found[part] = changes.max(axis=1) if any_attribute else changes[:, max(asked.attribute, 0)]
    return found
