"""Feature maps as HDF5, in the form that TransZero, MSDN and DAZLE read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import h5py
import numpy as np

from msdn_core.atomic import replacing
from msdn_core.domain.wording import counted
from msdn_core.errors import ProjectError
from msdn_core.exporters.report import ExportReport
from msdn_core.exporters.selection import images_with_unique_names, require_table
from msdn_core.importers.formats.feature_maps.file import MAPS, SEEN, SPEC, WORDS
from msdn_core.importers.readers.att_splits import OURS, PARTS
from msdn_core.importers.readers.hdf5_files import NORMALISED
from msdn_core.vision.features import FeatureStore, find_stores

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.project import Project

_AT_ONCE = 32


def export_feature_maps(project: Project, file: Path, *, backbone: str | None = None) -> ExportReport:
    """Write maps, labels, splits, class vectors and word vectors of all images that have a class and features.

    The maps are contiguous float32, so that they can be mapped into memory.

    Parameters
    ----------
    project
        An open project.
    file
        The HDF5 file.
    backbone
        The name of the features, if the project has several.

    Raises
    ------
    ProjectError
        If there are no classes or features, or two images have the same name.
    MsdnError
        If the file cannot be written.
    """
    table, everything = require_table(project), images_with_unique_names(project)
    store = _store(project, backbone)
    images = [image for image in everything if image.class_name is not None and store.has(image.id)]
    if not images:
        raise ProjectError(
            f"No image of the project {project.path} has both a class and features; label images and extract features "
            "first."
        )
    rows = store.rows([image.id for image in images])
    channels, grid = store.spec.channels, store.spec.grid
    splits = [image.split for image in images]
    with replacing(file) as temporary, h5py.File(temporary, "w") as out:
        out.attrs[OURS] = 1
        out.attrs[SPEC] = json.dumps(store.spec.to_json())
        maps = out.create_dataset(MAPS, (len(images), channels, *grid), np.float32)
        maps.attrs[NORMALISED] = True
        for start in range(0, len(rows), _AT_ONCE):
            block = np.asarray(store.array[rows[start : start + _AT_ONCE]], np.float32)
            maps[start : start + len(block)] = block.reshape(-1, channels, *grid)
        out["labels"] = np.array([table.class_index[str(image.class_name)] for image in images], np.int64)
        for name, split in PARTS.items():
            out[name] = np.flatnonzero([one is split for one in splits])
        out["att"], out["original_att"] = table.unit_vectors(), table.vectors
        out[SEEN] = table.seen.astype(np.uint8)
        words = project.word_vectors()
        if words is not None:
            out[WORDS] = words.astype(np.float64)
        names = {
            "allclasses_names": table.classes,
            "attribute_names": [attribute.full_name for attribute in table.attributes],
            "image_files": [image.name for image in images],
        }
        for name, texts in names.items():
            out.create_dataset(name, data=list(texts), dtype=h5py.string_dtype())
    left_out = len(everything) - len(images)
    what = counted(left_out, "image", "images")
    findings = (f"{what} left out, without a class or without features.",) if left_out else ()
    return ExportReport(file, {"images": len(images), "channels": channels}, findings)


def _store(project: Project, backbone: str | None) -> FeatureStore:
    stores = [store for store in find_stores(project.path) if backbone is None or store.spec.name == backbone]
    if not stores:
        which = "features" if backbone is None else f"features of {backbone}"
        raise ProjectError(f"The project {project.path} has no {which}; extract or import them first.")
    if len(stores) > 1:
        names = ", ".join(sorted({store.spec.name for store in stores}))
        raise ProjectError(f"The project {project.path} has several features ({names}); choose one with --backbone.")
    return stores[0]
