"""Features that no longer match the images that they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from msdn_core.doctor.wording import named
from msdn_core.domain.annotation import Split
from msdn_core.errors import MsdnError
from msdn_core.project import ImageRecord, Project
from msdn_core.vision.features import MANIFEST, FeatureStore, image_key

_SAMPLE = 64


def feature_findings(project: Project, images: Sequence[ImageRecord]) -> list[str]:
    """What is wrong with each store of features."""
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
            f"The features {name} of {len(changed):,} images are of other files than today's ({named(changed)}); run "
            "`features` again."
        )
    missing = [image.name for image in images if image.split is not Split.NONE and not store.has(image.id)]
    if missing:
        findings.append(
            f"{len(missing):,} images of a split have no features {name} ({named(missing)}); run `features` to make "
            "them; what cannot be opened is left out."
        )
    if store.manifest.source is not None and store.manifest.source.changed:
        findings.append(
            f"The feature maps {name} lie in {Path(store.manifest.source.file)}, which has changed since it was "
            "imported; put the old file back, or import it into a new project."
        )
    ids = store.image_ids
    sample = store.rows(ids[:: max(1, len(ids) // _SAMPLE)][:_SAMPLE])
    if len(sample):
        lengths = np.linalg.norm(np.asarray(store.array[sample], np.float32), axis=1)
        # A region may be empty, as rectified channels can all be 0.
        bad = ~np.isfinite(lengths).all(axis=1) | (lengths.max(axis=1) < 0.5)
        if bad.any():
            findings.append(
                f"{int(bad.sum())} of {len(sample)} features of {name} that were looked at are empty or no numbers; "
                "remove the folder and make or import them again."
            )
    return findings


def _same(image: ImageRecord, key: object, imported: bool) -> bool:
    """Whether the file is the one that the row was made of; of imported maps that is not known but for the name."""
    return imported or image_key(image) == key
