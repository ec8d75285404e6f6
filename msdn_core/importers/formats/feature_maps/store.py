"""Makes a project's feature store from a file of feature maps: used in place, or copied if that is not possible."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.atomic import write_atomic
from msdn_core.errors import ImportFault
from msdn_core.importers.formats.feature_maps.file import MAPS as DATASET
from msdn_core.importers.formats.feature_maps.file import FeatureFile
from msdn_core.importers.readers.hdf5_files import copy_maps, not_finite
from msdn_core.links import refuse_links
from msdn_core.vision.features import DONE, MADE, MANIFEST, MAPS, Manifest, feature_folder, image_key
from msdn_core.vision.mapped import first_not_finite

if TYPE_CHECKING:
    from msdn_core.importers.dataset import ProgressReport
    from msdn_core.project import Project

_CHECKED_BYTES = 1 << 26


def store_maps(project: Project, found: FeatureFile, progress: ProgressReport) -> None:
    """Make the feature store; row n of the file is the project's image n.

    Raises
    ------
    ImportFault
        If maps that must be copied cannot be read or are not finite, or the disk is full.
    """
    folder = feature_folder(project.path, found.spec)
    refuse_links(project.path, *(folder / name for name in (MAPS, DONE, MANIFEST)))
    images = tuple(image_key(image) for image in project.images())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if found.source is None:
            copy_maps(
                found.path,
                DATASET,
                folder / MAPS,
                found.shape,
                channels_last=found.channels_last,
                progress=lambda done: progress("copying", done, found.shape[0]),
            )
    except ImportFault:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ImportFault(
            f"The feature maps cannot be copied to {folder} ({error.strerror or error}); free some space or give "
            "access, and import again."
        ) from error
    write_atomic(folder / DONE, bytes([MADE]) * len(images))
    write_atomic(folder / MANIFEST, Manifest(found.spec, images, {}, found.source).to_json())


def check_maps(found: FeatureFile, progress: ProgressReport) -> None:
    """Raise ImportFault if maps that are used in place have a number that is not finite, or cannot be read."""
    source = found.source
    if source is None:
        return  # They are checked while they are copied.
    count = found.shape[0]
    try:
        maps = np.memmap(found.path, np.dtype(source.dtype), "r", source.offset, found.shape)
    except (OSError, ValueError) as error:
        raise ImportFault(f"{found.path} cannot be read ({error}); download the file again.") from error
    at_once = max(1, _CHECKED_BYTES // max(1, maps[0].nbytes))
    for start in range(0, count, at_once):
        wrong = first_not_finite(maps[start : start + at_once])
        if wrong is not None:
            raise not_finite(found.path, DATASET, start + wrong)
        progress("checking", min(start + at_once, count), count)
