"""In which order images are annotated: by what the model says of them, the most telling first."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.predictions import predict
from msdn_core.domain.suggestions import attribute_doubt, disagreement, strengths
from msdn_core.project import ImageRecord
from msdn_gui.services.collection import Collection


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
    collection: Collection,
    records: Sequence[ImageRecord],
    order: Order,
    *,
    table: ClassTable,
    gamma: float,
    clip_negative: bool,
    attribute: int,
    threshold: float,
) -> FloatArray:
    """(N,) a number an image, the highest first, NaN where the model has not looked."""
    place = {record.id: row for row, record in enumerate(records)}
    rows = np.array([place.get(int(number), -1) for number in collection.image_ids], dtype=np.int64)
    keys = np.full(len(records), np.nan)
    keys[rows[rows >= 0]] = _keys(collection, order, table, gamma, clip_negative, attribute, threshold)[rows >= 0]
    return keys


def _keys(
    collection: Collection,
    order: Order,
    table: ClassTable,
    gamma: float,
    clip_negative: bool,
    attribute: int,
    threshold: float,
) -> FloatArray:
    if order is Order.DISAGREEMENT:
        return disagreement(collection.scores_av, collection.scores_va)
    if order is Order.CLASS_DOUBT:
        return predict(collection.fused, table.unit_vectors(clip_negative=clip_negative), table.seen, gamma).doubt
    strength = strengths(collection.fused)[:, max(attribute, 0)]
    return strength if order is Order.STRENGTH else attribute_doubt(strength, threshold)
