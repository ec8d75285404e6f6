"""Images of a split as rows of the feature store with the rows of their classes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.project import ImageRecord
from msdn_core.vision.features import FeatureStore

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class LabelledRows:
    """Images of one purpose: rows of the feature store, and their classes' rows in the table."""

    rows: Rows
    labels: Rows

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, mask: NDArray[np.bool_]) -> LabelledRows:
        """The images that a mask selects."""
        return LabelledRows(self.rows[mask], self.labels[mask])


def rows_fingerprint(part: LabelledRows) -> dict[str, Any]:
    """How many images there are, and which."""
    digest = hashlib.sha256(part.rows.tobytes() + part.labels.tobytes()).hexdigest()
    return {"count": len(part), "fingerprint": digest[:16]}


def labelled_rows(
    images: Sequence[ImageRecord], table: ClassTable, store: FeatureStore, splits: Sequence[Split]
) -> tuple[LabelledRows, int]:
    """The images of some splits that have a class and features, and how many have a class but no features."""
    wanted = [image for image in images if image.split in splits and image.class_name is not None]
    there = [image for image in wanted if store.has(image.id)]
    labels = [table.class_index[str(image.class_name)] for image in there]
    rows = store.rows([image.id for image in there])
    return LabelledRows(rows, np.array(labels, dtype=np.int64)), len(wanted) - len(there)
