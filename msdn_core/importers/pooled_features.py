"""Pooled features of a list of images as a feature store with one region an image.

AWA1, APY and FLO are published as such features alone: ``features`` (C, N) of ``res101.mat``.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.atomic import write_atomic
from msdn_core.domain.wording import counted
from msdn_core.errors import ImportFault
from msdn_core.importers.readers.mat_columns import Columns, find_columns
from msdn_core.vision.features import DONE, MADE, MANIFEST, MAPS, Manifest, feature_folder, image_key
from msdn_core.vision.mapped import first_not_finite, normalize_regions
from msdn_core.vision.transform import published_spec

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.importers.dataset import ProgressReport
    from msdn_core.importers.findings import Findings
    from msdn_core.project import Project

FEATURES = "features"


def find_pooled(file: Path, images: int, findings: Findings) -> Columns | None:
    """Return the features of a list's file; None, with a finding if there are some, if they are not of its images."""
    if file.suffix.lower() != ".mat":
        return None
    found = find_columns(file, FEATURES)
    if found is None or found.columns == images:
        return found
    findings.add(
        f"The features in {file.name} are of {found.columns:,} images and the list has {images:,}, so they were left "
        "out."
    )
    return None


def store_pooled(project: Project, found: Columns, name: str, findings: Findings, progress: ProgressReport) -> None:
    """Make the feature store; column n is of the project's image n.

    Raises
    ------
    ImportFault
        If the features cannot be read, one is not finite, or the disk is full.
    """
    spec = published_spec(name, found.rows, (1, 1))
    folder = feature_folder(project.path, spec)
    images = tuple(image_key(image) for image in project.images())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        empty = _write(found, folder / MAPS, progress)
    except ImportFault:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ImportFault(
            f"The features cannot be written to {folder} ({error.strerror or error}); free some space or give access, "
            "and import again."
        ) from error
    if empty == len(images):
        shutil.rmtree(folder, ignore_errors=True)
        findings.add(f"The features in {found.path.name} are all 0 and were left out.")
        return
    write_atomic(folder / DONE, bytes([MADE]) * len(images))
    write_atomic(folder / MANIFEST, Manifest(spec, images).to_json())
    findings.counts["pooled_features"] = len(images)
    findings.add(
        f"The features in {found.path.name} are used as feature maps of one region ({found.rows:,} channels), so runs "
        f"with the backbone {spec.name} need no photographs; attention has no other region to choose."
    )
    if empty:
        findings.add(f"The features of {counted(empty, 'image are', 'images are')} all 0.")


def _write(found: Columns, target: Path, progress: ProgressReport) -> int:
    """Write normalised (N, C, 1) float16, and return the number of images whose features are all 0."""
    done = empty = 0
    with target.open("wb") as out:
        for block in found.blocks():
            wrong = first_not_finite(block)
            if wrong is not None:
                raise ImportFault(
                    f"{found.path}: {FEATURES} of image {done + wrong + 1:,} has values that are not finite numbers "
                    "(NaN or infinite); download the file again."
                )
            empty += int((~block.any(axis=1)).sum())
            # Lengths in float64: features may have any scale.
            scale = np.abs(block).max(axis=1, keepdims=True)
            maps = normalize_regions((block / np.where(scale > 0, scale, 1))[..., None])
            out.write(maps.astype(np.float16).tobytes())
            done += len(block)
            progress("features", done, found.columns)
        out.flush()
        os.fsync(out.fileno())
    return empty
