"""``att_splits.mat`` as the field's code reads it, with what published files lack: image and attribute names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.io

from msdn_core.atomic import replacing
from msdn_core.exporters.report import ExportReport
from msdn_core.exporters.selection import images_with_unique_names, require_table
from msdn_core.importers.readers.att_splits import OURS, PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.project import Project


def export_att_splits(project: Project, file: Path) -> ExportReport:
    """Write ``att`` (K, M), ``original_att``, ``allclasses_names`` and the three lists of positions from 1.

    Further variables, which other programs ignore, make the file complete: ``image_files``, ``labels`` (from 1; 0 for
    an image without a class), ``attribute_names`` and ``seen_classes``.

    Raises
    ------
    ProjectError
        If there are no classes, or two images have the same name.
    MsdnError
        If the file cannot be written.
    """
    table, images = require_table(project), images_with_unique_names(project)
    index = table.class_index
    labels = [0 if image.class_name is None else index[image.class_name] + 1 for image in images]
    content = {
        "att": table.unit_vectors().T,
        "original_att": table.vectors.T,
        "allclasses_names": _cells(table.classes),
        **{
            name: _column([n for n, image in enumerate(images, start=1) if image.split is split])
            for name, split in PARTS.items()
        },
        "labels": _column(labels),
        "image_files": _cells([image.name for image in images]),
        "attribute_names": _cells([attribute.full_name for attribute in table.attributes]),
        "seen_classes": table.seen.astype(np.uint8)[:, None],
        OURS: np.ones((1, 1), np.uint8),
    }
    with replacing(file) as temporary:
        scipy.io.savemat(temporary, content, do_compression=True)
    return ExportReport(file, {"images": len(images), "classes": len(table.classes)})


def _cells(texts: Sequence[str]) -> NDArray[np.object_]:
    cells = np.empty((len(texts), 1), dtype=object)
    cells[:, 0] = texts
    return cells


def _column(numbers: Sequence[int]) -> NDArray[np.int32]:
    return np.array(numbers, np.int32).reshape(-1, 1)
