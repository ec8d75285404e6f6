"""Makes a project's feature store from a file of feature maps: used in place, or copied if that is not possible."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.atomic import write_atomic
from msdn_core.errors import ImportFault
from msdn_core.importers.formats.feature_maps.file import MAPS as DATASET
from msdn_core.importers.formats.feature_maps.file import NORMALISED, FeatureFile
from msdn_core.importers.readers.hdf5_files import dataset, open_hdf5
from msdn_core.links import refuse_links
from msdn_core.vision.features import DONE, MADE, MANIFEST, MAPS, Manifest, feature_folder, image_key
from msdn_core.vision.mapped import normalize_regions

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.importers.dataset import ProgressReport
    from msdn_core.project import Project

_AT_ONCE = 32


def store_maps(project: Project, found: FeatureFile, progress: ProgressReport) -> None:
    """Make the feature store; row n of the file is the project's image n.

    Raises
    ------
    ImportFault
        If maps that must be copied cannot be read, or the disk is full.
    """
    folder = feature_folder(project.path, found.spec)
    refuse_links(project.path, *(folder / name for name in (MAPS, DONE, MANIFEST)))
    images = tuple(image_key(image) for image in project.images())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if found.source is None:
            _copy(found, folder / MAPS, progress)
    except OSError as error:
        raise ImportFault(
            f"The feature maps cannot be copied to {folder} ({error.strerror or error}); free some space or give "
            "access, and import again."
        ) from error
    write_atomic(folder / DONE, bytes([MADE]) * len(images))
    write_atomic(folder / MANIFEST, Manifest(found.spec, images, {}, found.source).to_json())


def _copy(found: FeatureFile, target: Path, progress: ProgressReport) -> None:
    count = found.shape[0]
    with open_hdf5(found.path) as file, target.open("wb") as out:
        maps = dataset(file, DATASET, found.path)
        if maps is None:
            raise ImportFault(f"{found.path} changed while it was read; import it again.")
        normalised = bool(maps.attrs.get(NORMALISED, False))
        for start in range(0, count, _AT_ONCE):
            block = np.asarray(maps[start : start + _AT_ONCE]).reshape(-1, *found.shape[1:])
            out.write(normalize_regions(block, normalised=normalised).astype(np.float16).tobytes())
            progress("copying", min(start + _AT_ONCE, count), count)
        out.flush()
        os.fsync(out.fileno())
