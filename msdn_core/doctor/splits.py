"""Checks splits and labels: disjoint, complete, and equal to the published ones."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import Split
from msdn_core.domain.fingerprints import KNOWN_SPLITS, number_fingerprint, split_fingerprints
from msdn_core.domain.published_data_sets import published_data_set
from msdn_core.domain.wording import counted, named
from msdn_core.importers.image_names import class_by_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.project import ImageRecord


def split_findings(table: ClassTable, images: Sequence[ImageRecord]) -> list[str]:
    """Return findings about splits that contradict seen and unseen classes, and about incomplete splits."""
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
            f"The split of {named(leaked)} contradicts whether the class is seen or unseen; import the splits again."
        )
    if not images or not table.classes:
        return findings
    trained = Counter(image.class_name for image in images if image.split is Split.TRAIN)
    untrained = [name for name in table.classes if seen[name] and not trained[name]]
    if untrained:
        findings.append(f"Seen classes have no training images ({named(untrained)}); make them unseen or add images.")
    unsplit = [image.name for image in images if image.class_name is not None and image.split is Split.NONE]
    if unsplit:
        findings.append(
            f"{counted(len(unsplit), 'image has', 'images have')} a class but no split ({named(unsplit)}), so they are "
            "used for neither training nor testing; import the splits again."
        )
    unlabelled = [image.name for image in images if image.class_name is None and image.split is not Split.NONE]
    if unlabelled:
        findings.append(
            f"{counted(len(unlabelled), 'image has', 'images have')} a split but no class ({named(unlabelled)}); "
            "label them, or import again."
        )
    return findings


def published_findings(table: ClassTable, images: Sequence[ImageRecord], data_set: str = "") -> list[str]:
    """Return findings about a known data set that is not split and labelled as published.

    ``data_set`` is the project's name of it, which tells AWA1 and AWA2 apart if images are missing.
    """
    known = published_data_set(len(table.classes), len(table.attributes), len(images), data_set)
    if known is None or not images:
        return []
    ordered = sorted(images, key=lambda image: image.name)
    if len(ordered) != known.images:
        return [
            f"This looks like {known.name} with {len(ordered):,} of its {known.images:,} images, so results cannot be "
            "compared with published ones; to compare them, import all images."
        ]
    sizes = Counter(image.split for image in images)
    findings = [
        f"{known.name}'s proposed split has {expected:,} images of {split.value} and this project {sizes[split]:,}; "
        "import again with att_splits.mat and its list of images."
        for split, expected in known.part_sizes.items()
        if sizes[split] != expected
    ]
    found = split_fingerprints({image.name: image.split for image in images})
    for split, expected_images in KNOWN_SPLITS.get(f"{known.name}, proposed split", {}).items():
        if found[split] != expected_images and sizes[split] == known.part_sizes[split]:
            findings.append(
                f"The images of {split.value} are not those of {known.name}'s proposed split; import again with "
                "--splits att_splits.mat and its list of images."
            )
    row_of = {name: row for row, name in enumerate(sorted(table.classes))}
    labels = np.array([row_of.get(image.class_name or "", -1) for image in ordered])
    if known.labels and number_fingerprint(labels) != known.labels:
        findings.append(
            f"The classes of the images are not those of the published {known.name}, so results cannot be compared "
            "with published ones; to compare them, import the data set again."
        )
    return findings


def label_findings(table: ClassTable, images: Sequence[ImageRecord]) -> list[str]:
    """Return a finding about images whose folder is named after a class other than their own."""
    by_folder = class_by_folder([image.name for image in images], table.classes)
    contradicting = [
        f"{image.name} as {image.class_name}"
        for image, folder in zip(images, by_folder, strict=True)
        if folder is not None and image.class_name not in (None, folder)
    ]
    if not contradicting:
        return []
    return [
        f"{counted(len(contradicting), 'image is', 'images are')} in the folder of another class "
        f"({named(contradicting)}); check these labels, since classes in the wrong order look like this."
    ]
