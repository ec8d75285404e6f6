"""How the images of a run are split into training and validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.evaluation.labelled_rows import LabelledRows, rows_fingerprint
from msdn_core.training.sampling import hold_out

if TYPE_CHECKING:
    from msdn_core.domain.attributes import BoolArray
    from msdn_core.msdn.batches import Rows
    from msdn_core.recipes.config import TrainConfig
    from msdn_core.training.data import TrainingData


@dataclass(frozen=True, eq=False, slots=True)
class DataSplit:
    """The images of a run by purpose; held-out classes count as unseen in training."""

    train: LabelledRows
    validation: LabelledRows
    """What checkpoints are selected on; empty if they are not."""
    seen: BoolArray
    """(M,) whether a class counts as seen in training."""
    candidates: Rows
    """The rows of the classes that validation chooses among."""
    description: dict[str, Any]
    """The validation images, for ``data.json``."""


def split_data(config: TrainConfig, data: TrainingData) -> DataSplit:
    """Return the split of a run's images under its settings."""
    train, seen = data.train, data.table.seen.copy()
    if config.selection != "validation":
        on_test = config.selection == "best_on_test"
        validation = data.test if on_test else train.select(np.zeros(len(train), np.bool_))
        description = {"source": "test" if on_test else "none", "classes": [], **rows_fingerprint(validation)}
        return DataSplit(train, validation, seen, np.arange(len(seen)), description)
    proposed = _proposed_rows(config, data)
    in_held_classes, held_images = hold_out(
        train.labels,
        share_of_classes=config.validation_classes,
        share_of_images=config.validation_images,
        seed=config.seed,
        given=proposed,
    )
    held = np.unique(train.labels[in_held_classes])
    seen[held] = False
    held_out = in_held_classes | held_images
    validation = train.select(held_out)
    source = "given" if len(held) and set(held.tolist()) <= set(proposed) else "drawn"
    classes = [data.table.classes[row] for row in held]
    description = {"source": source, "classes": classes, **rows_fingerprint(validation)}
    # The truly unseen classes have no validation images, so they take no part in validation.
    return DataSplit(train.select(~held_out), validation, seen, np.flatnonzero(data.table.seen), description)


def _proposed_rows(config: TrainConfig, data: TrainingData) -> list[int]:
    """Return the classes that the data set proposes for validation, if the settings use them."""
    if config.validation_split != "given":
        return []
    rows = data.table.class_index
    return [rows[name] for name in data.validation_classes if name in rows]
