"""The orders in which images are annotated: as in the project, or by the model's scores."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.expected_change import answer_probabilities, class_beliefs, expected_change
from msdn_core.domain.predictions import predict
from msdn_core.domain.scoring import Floats, calibrated, class_scores
from msdn_core.domain.suggestions import attribute_uncertainty, disagreement, strengths
from msdn_core.project import ImageRecord, Project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable, FloatArray
    from msdn_gui.session.collection import Collection


class Order(StrEnum):
    """What the images are sorted by."""

    PROJECT = "project"
    CLASS_DOUBT = "class doubt"
    ATTRIBUTE_DOUBT = "attribute doubt"
    STRENGTH = "strength"
    DISAGREEMENT = "disagreement"
    EXPECTED_CHANGE = "expected change"
    ATTRIBUTE_CHANGE = "attribute change"


ORDER_TEXTS = {
    Order.PROJECT: "Project order",
    Order.CLASS_DOUBT: "Model unsure of class",
    Order.ATTRIBUTE_DOUBT: "Model unsure of attribute",
    Order.STRENGTH: "Attribute strongest",
    Order.DISAGREEMENT: "Sub-nets disagree most",
    Order.EXPECTED_CHANGE: "Largest expected change",
    Order.ATTRIBUTE_CHANGE: "Attribute changes most",
}
ORDER_TIPS = {
    Order.CLASS_DOUBT: "Images first whose two best classes have almost the same score",
    Order.ATTRIBUTE_DOUBT: "Images first in which the selected attribute is close to being suggested",
    Order.STRENGTH: "Images first in which the selected attribute has the highest score, relative to the others",
    Order.DISAGREEMENT: "Images first whose attribute scores differ most between the two sub-nets",
    Order.EXPECTED_CHANGE: "Images first in which judging the most informative attribute is expected to change the "
    "model's belief about the class most",
    Order.ATTRIBUTE_CHANGE: "Images first in which judging the selected attribute is expected to change the model's "
    "belief about the class most",
}
_BATCH = 2048


@dataclass(frozen=True, eq=False)
class OrderContext:
    """What an order depends on besides the scores."""

    project: Path
    table: ClassTable
    gamma: float
    clip_negative: bool
    attribute: int
    threshold: float


def sort_keys(
    collection: Collection, records: Sequence[ImageRecord], order: Order, context: OrderContext
) -> FloatArray:
    """Return (N,) a number per image, the highest first, NaN for images without scores; reads the judgements."""
    row_of = {record.id: row for row, record in enumerate(records)}
    rows = np.array([row_of.get(int(number), -1) for number in collection.image_ids], dtype=np.int64)
    keys = np.full(len(records), np.nan)
    keys[rows[rows >= 0]] = _keys(collection, order, context)[rows >= 0]
    return keys


def changes_by_attribute(
    fused: Floats, present: NDArray[np.int8], table: ClassTable, gamma: float, *, clip_negative: bool
) -> FloatArray:
    """Return (N, K) bits by which judging each attribute is expected to change the belief about each image's class."""
    scores = calibrated(class_scores(fused, table.unit_vectors(clip_negative=clip_negative)), table.seen, gamma)
    chances = answer_probabilities(table.vectors, table.value_range[1])
    return expected_change(class_beliefs(scores, chances, present), chances, present)


def _keys(collection: Collection, order: Order, context: OrderContext) -> FloatArray:
    table, clip_negative = context.table, context.clip_negative
    if order is Order.DISAGREEMENT:
        return disagreement(collection.scores_av, collection.scores_va)
    if order is Order.CLASS_DOUBT:
        unit = table.unit_vectors(clip_negative=clip_negative)
        return predict(collection.fused, unit, table.seen, context.gamma).uncertainty.astype(np.float64)
    if order in (Order.EXPECTED_CHANGE, Order.ATTRIBUTE_CHANGE):
        return _changes(collection, context, any_attribute=order is Order.EXPECTED_CHANGE)
    strength = strengths(collection.fused)[:, max(context.attribute, 0)]
    return strength if order is Order.STRENGTH else attribute_uncertainty(strength, context.threshold)


def _changes(collection: Collection, context: OrderContext, *, any_attribute: bool) -> FloatArray:
    with Project.open(context.project, read_only=True) as project:
        present, _ = project.annotations.effective_judgements(collection.image_ids.tolist())
    found = np.empty(len(collection.fused))
    for start in range(0, len(found), _BATCH):
        part = slice(start, start + _BATCH)
        changes = changes_by_attribute(
            collection.fused[part], present[part], context.table, context.gamma, clip_negative=context.clip_negative
        )
        found[part] = changes.max(axis=1) if any_attribute else changes[:, max(context.attribute, 0)]
    return found
