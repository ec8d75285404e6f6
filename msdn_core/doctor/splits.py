"""Splits and labels: whether they are disjoint, complete, and the published ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from msdn_core.doctor.wording import named
from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.fingerprints import KNOWN_SPLITS, number_fingerprint, split_fingerprints
from msdn_core.importers.image_names import class_by_folder
from msdn_core.project import ImageRecord


@dataclass(frozen=True, slots=True)
class Published:
    """A data set under the proposed split (reference, section 7).

    ``labels`` is the fingerprint of the labels in the order of the images' names, by the alphabetical order of the
    classes.
    """

    name: str
    images: int
    labels: str


PUBLISHED = {
    (200, 312): Published("CUB", 11_788, "a00282236f477fcc"),
    (717, 102): Published("SUN", 14_340, "f723165a67848583"),
    (50, 85): Published("AWA2", 37_322, "c413476bea1e6a8d"),
}
"""By numbers of classes and attributes."""


def split_findings(table: ClassTable, images: Sequence[ImageRecord]) -> list[str]:
    """Splits that contradict what is seen, and parts without images."""
    seen = dict(zip(table.classes, table.seen, strict=True))
    leaked = [
        image.name
        for image in images
        if image.class_name is not None
        and (
            (image.split in (Split.TRAIN, Split.TEST_SEEN) and not seen[image.class_name])
            or (image.split is Split.TEST_UNSEEN and seen[image.class_name])
        )
    ]
    findings = []
    if leaked:
        findings.append(
            f"The split of {named(leaked)} contradicts its class being seen or unseen; import the splits again."
        )
    if not images or not table.classes:
        return findings
    trained = Counter(image.class_name for image in images if image.split is Split.TRAIN)
    bare = [name for name in table.classes if seen[name] and not trained[name]]
    if bare:
        findings.append(
            f"No training image shows {named(bare)}, though it counts as seen; make it unseen or add images."
        )
    loose = [image.name for image in images if image.class_name is not None and image.split is Split.NONE]
    if loose:
        findings.append(
            f"{len(loose):,} images have a class and are in no split ({named(loose)}): nothing trains or tests on "
            "them; import the splits again."
        )
    unlabelled = [image.name for image in images if image.class_name is None and image.split is not Split.NONE]
    if unlabelled:
        findings.append(f"{named(unlabelled)} have a split and no class; give them a class or import again.")
    return findings


def published_findings(table: ClassTable, images: Sequence[ImageRecord]) -> list[str]:
    """Whether a known data set is split and labelled as it is published."""
    known = PUBLISHED.get((len(table.classes), len(table.attributes)))
    if known is None or not images:
        return []
    ordered = sorted(images, key=lambda image: image.name)
    if len(ordered) != known.images:
        return [
            f"It looks like {known.name} with {len(ordered):,} of its {known.images:,} images: figures are not "
            "comparable with published ones; import all images to have those."
        ]
    findings = []
    found = split_fingerprints({image.name: image.split for image in images})
    for split, wanted in KNOWN_SPLITS[f"{known.name}, proposed split"].items():
        if found[split] != wanted:
            findings.append(
                f"The images of {split.value} are not those of {known.name}'s proposed split; import with --splits "
                "att_splits.mat and its list of images to have it."
            )
    place = {name: row for row, name in enumerate(sorted(table.classes))}
    labels = np.array([place.get(image.class_name or "", -1) for image in ordered])
    if number_fingerprint(labels) != known.labels:
        findings.append(
            f"The images' classes are not those of {known.name} as it is published; import it again, or mind that "
            "figures are not comparable."
        )
    return findings


def label_findings(table: ClassTable, images: Sequence[ImageRecord]) -> list[str]:
    """Images whose folder is named for another class than theirs."""
    by_folder = class_by_folder([image.name for image in images], table.classes)
    odd = [
        f"{image.name} as {image.class_name}"
        for image, folder in zip(images, by_folder, strict=True)
        if folder is not None and image.class_name not in (None, folder)
    ]
    if not odd:
        return []
    return [
        f"{len(odd):,} images lie in a folder of another class than theirs ({named(odd)}); check these labels: a "
        "wrong order of classes looks like this."
    ]
