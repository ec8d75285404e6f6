"""Images of a split as rows of the feature store, with the rows of their classes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.annotation import Split
    from msdn_core.domain.attributes import ClassTable
    from msdn_core.msdn.batches import Rows
    from msdn_core.project import ImageRecord
    from msdn_core.vision.features import FeatureStore


@dataclass(frozen=True, eq=False, slots=True)
class LabelledRows:
    """N images that serve one purpose."""

    rows: Rows
    """(N,) rows of the feature store."""
    labels: Rows
    """(N,) rows of the class table."""

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, mask: NDArray[np.bool_]) -> LabelledRows:
        """Return the images that an (N,) mask selects."""
        return LabelledRows(self.rows[mask], self.labels[mask])


def rows_fingerprint(part: LabelledRows) -> dict[str, Any]:
    """Return the number of images and a fingerprint of them."""
    digest = hashlib.sha256(part.rows.tobytes() + part.labels.tobytes()).hexdigest()
    return {"count": len(part), "fingerprint": digest[:16]}


def labelled_rows(
    images: Sequence[ImageRecord], table: ClassTable, store: FeatureStore, splits: Sequence[Split]
) -> tuple[LabelledRows, int]:
    """Return the images of some splits that have a class and features, and the number that have no features."""
    labelled = [image for image in images if image.split in splits and image.class_name is not None]
    available = [image for image in labelled if store.has(image.id)]
    labels = [table.class_index[str(image.class_name)] for image in available]
    rows = store.rows([image.id for image in available])
    return LabelledRows(rows, np.array(labels, dtype=np.int64)), len(labelled) - len(available)
