"""Which split each image of CUB is in.

``att_splits.mat`` counts the images in an order that it does not contain: all paths, sorted (checked against the
published list of 11,788 images), so a complete ``images.txt`` is enough. If it is incomplete, the official image
numbers still tell which classes are unseen, because both orders keep the images of a class together in the order of
the class numbers; they do not tell which images of seen classes are for training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.domain.annotation import HELD_OUT_EVERY, Split, hold_out
from msdn_core.domain.name_matching import match_paths
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.image_names import plain_names, report_unclear
from msdn_core.importers.readers.att_splits import AttSplits, image_list_beside
from msdn_core.importers.splitting import unseen_classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.importers.findings import Findings
    from msdn_core.importers.formats.cub.files import ListedImage


@dataclass(frozen=True, slots=True)
class Decision:
    """The split of each listed image by its path, and the classes that are unseen."""

    splits: dict[str, Split]
    unseen: frozenset[str]


def official_split(images: Sequence[ListedImage], training: dict[int, bool], findings: Findings) -> Decision:
    """Return the official split, in which every class is trained on."""
    splits = {
        image.path: Split.NONE
        if image.class_name is None or image.number not in training
        else (Split.TRAIN if training[image.number] else Split.TEST_SEEN)
        for image in images
    }
    findings.add(
        "No proposed split was given (--splits att_splits.mat): the official split is used, in which no class is "
        "unseen."
    )
    return Decision(splits, frozenset())


def proposed_split(
    images: Sequence[ListedImage], classes: Sequence[str], proposed: AttSplits, findings: Findings
) -> Decision:
    """Return the proposed split by image, from the most reliable source available; assumptions are findings.

    Raises
    ------
    ImportFault
        If the split file cannot belong to these images.
    """
    paths = [image.path for image in images]
    listed = image_list_beside(proposed.path)
    if listed is not None:
        file, names = listed.file, plain_names(listed)
        decision = _by_list(names, proposed)
        if decision is None:
            raise ImportFault(
                f"{proposed.path.name} does not fit the {len(names):,} images of {file.name} beside it; "
                "choose two files of one data set."
            )
        matches = match_paths(names, paths)
        report_unclear(matches, paths, findings)
        split_of = {paths[place]: decision.splits[name] for name, place in matches.matched.items()}
        unknown = [path for path in paths if path not in split_of]
        if unknown:
            findings.add(
                f"{counted(len(unknown), 'image', 'images')} in no split, not listed in {file.name}: {named(unknown)}."
            )
        findings.add(f"Splits were joined by file name through {file.name}.")
        return Decision({path: split_of.get(path, Split.NONE) for path in paths}, decision.unseen)
    for order, how in ((sorted(paths), "sorted"), (paths, "in the order of images.txt")):
        decision = _by_list(order, proposed)
        if decision is not None:
            findings.add(f"{proposed.path.name} counts all {len(order):,} images of images.txt, {how}.")
            return decision
    return _by_numbers(images, classes, proposed, findings)


def _by_list(names: Sequence[str], proposed: AttSplits) -> Decision | None:
    """Return the split if ``names`` are the images in its order; None if they cannot be."""
    if len(names) != len(proposed.splits):
        return None
    splits = dict(zip(names, proposed.splits, strict=True))
    unseen = unseen_classes((name.rpartition("/")[0], split) for name, split in splits.items())
    if unseen is None or len(splits) != len(names):
        return None
    return Decision(splits, frozenset(folder.rpartition("/")[2] for folder in unseen))


def _by_numbers(
    images: Sequence[ListedImage], classes: Sequence[str], proposed: AttSplits, findings: Findings
) -> Decision:
    """Return unseen classes by the official image numbers, with an assumption about the training images."""
    labelled = sorted((i for i in images if i.class_name is not None), key=lambda image: image.path)
    count = len(proposed.splits)
    unseen = None
    if all(1 <= image.number <= count for image in labelled):
        unseen = unseen_classes((str(i.class_name), proposed.splits[i.number - 1]) for i in labelled)
    if unseen is None:
        raise ImportFault(
            f"{proposed.path} does not fit the {len(images):,} images of images.txt: some class would be both seen and "
            "unseen; choose the split of this data set."
        )
    class_of = {image.path: str(image.class_name) for image in labelled}
    splits = {image.path: Split.NONE for image in images} | hold_out(class_of, unseen)
    findings.add(
        f"images.txt lists {len(images):,} of the {count:,} images that {proposed.path.name} counts, so the training "
        f"images of seen classes are assumed: every {HELD_OUT_EVERY}th of a class, sorted by name, is for testing. "
        "Results cannot be compared with published ones; for the published split, put res101.mat or CUB.pkl beside "
        "the split file. Classes without images count as unseen."
    )
    return Decision(splits, unseen | (set(classes) - set(class_of.values())))
