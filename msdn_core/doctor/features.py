"""Checks that features match the images that they were extracted from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import Split
from msdn_core.domain.wording import counted, named
from msdn_core.errors import MsdnError
from msdn_core.vision.features import MANIFEST, FeatureStore, image_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.project import ImageRecord, Project

_SAMPLE = 64


def feature_findings(project: Project, images: Sequence[ImageRecord]) -> list[str]:
    """Return findings about each feature store."""
    findings = []
    for manifest in sorted(project.features_folder.glob(f"*/{MANIFEST}")):
        try:
            store = FeatureStore.open(manifest.parent)
        except MsdnError as fault:
            findings.append(str(fault))
            continue
        findings += _store_findings(manifest.parent.name, store, images)
    return findings


def _store_findings(name: str, store: FeatureStore, images: Sequence[ImageRecord]) -> list[str]:
    findings = []
    keys = {key.id: key for key in store.manifest.images}
    imported = store.manifest.source is not None
    changed = [
        image.name
        for image in images
        if store.has(image.id) and not _same(image, keys[image.id], imported) and image.path.is_file()
    ]
    if changed:
        findings.append(
            f"{counted(len(changed), 'image has', 'images have')} changed since the features {name} were extracted "
            f"({named(changed)}); run `features` again."
        )
    missing = [image.name for image in images if image.split is not Split.NONE and not store.has(image.id)]
    if missing:
        findings.append(
            f"{counted(len(missing), 'image', 'images')} in a split without features {name} ({named(missing)}); run "
            "`features`, which skips only images that cannot be opened."
        )
    if store.manifest.source is not None and store.manifest.source.changed:
        findings.append(
            f"The file of the feature maps {name}, {Path(store.manifest.source.file)}, has changed since it was "
            "imported; restore the old file, or import the new one into a new project."
        )
    ids = store.image_ids
    sample = store.rows(ids[:: max(1, len(ids) // _SAMPLE)][:_SAMPLE])
    if len(sample):
        lengths = np.linalg.norm(np.asarray(store.array[sample], np.float32), axis=1)
        # Single regions can be empty, since rectified channels can all be 0.
        invalid = ~np.isfinite(lengths).all(axis=1) | (lengths.max(axis=1) < 0.5)
        if invalid.any():
            findings.append(
                f"{int(invalid.sum())} of {len(sample)} sampled features of {name} are empty or not finite; delete "
                "the folder and extract or import them again."
            )
    return findings


def _same(image: ImageRecord, key: object, imported: bool) -> bool:
    """Return whether a row was extracted from the present file; always true for imported maps, which do not tell."""
    return imported or image_key(image) == key
