"""Assembles a data set from class vectors, a split file, a list of images, and a folder of photographs.

A split file counts images in an order that it does not contain. If no list of images tells the order, it is that of all
paths, sorted (checked against the published lists of CUB, SUN and AWA2), so a complete folder is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import Split, hold_out
from msdn_core.domain.attributes import Attribute, ClassTable, FloatArray
from msdn_core.domain.name_matching import match_words
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.dataset import DataSet
from msdn_core.importers.image_files import LeftOut, list_images
from msdn_core.importers.image_names import class_by_folder, on_disk, plain_names
from msdn_core.importers.splitting import unseen_classes, validation_meta
from msdn_core.importers.word_vectors import attribute_words
from msdn_core.project import NewImage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.importers.findings import Findings
    from msdn_core.importers.readers.att_splits import AttSplits, ImageList


@dataclass(frozen=True, slots=True)
class Pictures:
    """Where the images of a data set are."""

    listed: ImageList | None
    folder: Path | None
    """Where to search for them; without it they are listed although no file is known."""
    home: Path
    """Where they would be if ``folder`` is not given."""
    keep_absent: bool = False
    """Whether images that are not in ``folder`` stay listed, since more is known of them than a photograph."""


def assemble(
    name: str,
    attributes: tuple[Attribute, ...],
    classes: tuple[str, ...],
    vectors: FloatArray,
    pictures: Pictures,
    findings: Findings,
    *,
    proposed: AttSplits | None,
    unseen: Collection[str] = (),
    word_vectors: Path | None = None,
    words: tuple[NDArray[np.float32], str] | None = None,
    descriptions: Mapping[str, str] | None = None,
) -> DataSet:
    """Return a data set.

    Parameters
    ----------
    name, attributes, classes, vectors
        Its name, K attributes, M classes and (M, K) class vectors.
    pictures
        Where its images are.
    findings
        Receives what is assumed, left out or corrected.
    proposed
        The split. Without one, every fifth image of a seen class is for testing.
    unseen
        Classes known to be unseen; ``proposed`` overrules it.
    word_vectors
        A file of word vectors, read if ``words`` is not given.
    words
        (K, D) word vectors and their source.
    descriptions
        Free text by class.

    Raises
    ------
    ImportFault
        If the parts cannot belong to one data set.
    """
    for note in () if proposed is None else proposed.notes:
        findings.add(note)
    names = _image_names(pictures, proposed, findings)
    class_of = _classes_of(names, classes, pictures.listed, proposed, findings)
    if proposed is None:
        held_out = hold_out(
            {path: kind for path, kind in zip(names, class_of, strict=True) if kind is not None}, unseen
        )
        splits = [held_out.get(path, Split.NONE) for path in names]
        without_images: set[str] = set()
    else:
        splits = _splits_of(names, class_of, proposed)
        unseen = _unseen_classes(class_of, splits, proposed)
        in_a_split = {kind for kind, split in zip(class_of, splits, strict=True) if split is not Split.NONE}
        without_images = set(classes) - in_a_split if names else set()
    if proposed is not None and proposed.seen is not None and classes == proposed.classes:
        seen = proposed.seen
    else:
        seen = np.array([kind not in unseen and kind not in without_images for kind in classes], np.bool_)
    full_names = [attribute.full_name for attribute in attributes]
    vectors_of_words, source = words or attribute_words(full_names, word_vectors, findings)
    images = [NewImage(*image) for image in zip(names, class_of, splits, strict=True)]
    if pictures.folder is not None and pictures.listed is not None:
        places = on_disk(names, pictures.folder, findings, keep_absent=pictures.keep_absent)
        images = [
            NewImage(place or image.path, image.class_name, image.split)
            for place, image in zip(places, images, strict=True)
            if place is not None or pictures.keep_absent
        ]
    elif names and pictures.folder is None:
        findings.add("No folder of photographs was given (--images DIR): the images are listed, but cannot be shown.")
    _report_classes_without_images(classes, images, findings)
    return DataSet(
        name,
        ClassTable(attributes, classes, vectors, seen),
        vectors_of_words,
        source,
        tuple(images),
        pictures.folder or pictures.home,
        meta={} if proposed is None else validation_meta(proposed.path, classes, findings),
        descriptions=descriptions or {},
    )


def _image_names(pictures: Pictures, proposed: AttSplits | None, findings: Findings) -> list[str]:
    """Return the images in the order in which the split counts them, as paths below their folder."""
    expected = 0 if proposed is None else len(proposed.splits)
    if pictures.listed is not None:
        names = plain_names(pictures.listed)
        if len(names) < expected:
            raise ImportFault(
                f"{pictures.listed.file} lists {len(names):,} images and the split counts {expected:,}; choose files "
                "of one data set."
            )
        return names
    if pictures.folder is None:
        return []
    if not pictures.folder.is_dir():
        raise ImportFault(f"There is no folder {pictures.folder}; check the path.")
    left_out = LeftOut()
    names = sorted(list_images(pictures.folder, left_out))
    left_out.report(findings)
    if not names:
        raise ImportFault(f"There are no images in {pictures.folder} or below it; check the path.")
    if proposed is not None and len(names) != expected:
        raise ImportFault(
            f"{pictures.folder} has {len(names):,} images and {proposed.path.name} counts {expected:,}, so it is not "
            f"known which is which; put res101.mat or the data set's .pkl list beside {proposed.path.name}."
        )
    return names


def _classes_of(
    names: Sequence[str],
    classes: tuple[str, ...],
    listed: ImageList | None,
    proposed: AttSplits | None,
    findings: Findings,
) -> list[str | None]:
    """Return the class of each image by the list's label, or else by its folder; contradictions are findings."""
    by_folder = class_by_folder(names, classes, findings)
    if listed is None or listed.labels is None:
        without_class = [name for name, kind in zip(names, by_folder, strict=True) if kind is None]
        if without_class:
            findings.add(
                f"{counted(len(without_class), 'image', 'images')} without a class, in folders that are not a class: "
                f"{named(without_class)}."
            )
        return by_folder
    order = classes if proposed is None else proposed.classes
    if len(listed.labels) and int(listed.labels.max()) >= len(order):
        raise ImportFault(
            f"{listed.file} has a label for class {int(listed.labels.max()) + 1}, but there are {len(order)} classes; "
            "choose files of one data set."
        )
    matches = match_words(classes, order, one_to_one=True)
    joined = {place: kind for kind, place in matches.matched.items()}
    labelled = [joined.get(label) for label in listed.labels.tolist()]
    contradicting = [
        (name, kind)
        for name, kind, folder in zip(names, labelled, by_folder, strict=True)
        if folder is not None and folder != kind
    ]
    if contradicting:
        labels = [f"{name} as {kind}" for name, kind in contradicting]
        findings.add(
            f"{counted(len(labels), 'image has', 'images have')} a label that differs from the folder, and the label "
            f"counts: {named(labels)}."
        )
    return labelled


def _splits_of(names: Sequence[str], class_of: Sequence[str | None], proposed: AttSplits) -> list[Split]:
    splits = [*proposed.splits, *[Split.NONE] * (len(names) - len(proposed.splits))][: len(names)]
    return [Split.NONE if kind is None else split for kind, split in zip(class_of, splits, strict=True)]


def _unseen_classes(class_of: Sequence[str | None], splits: Sequence[Split], proposed: AttSplits) -> frozenset[str]:
    unseen = unseen_classes((str(kind), split) for kind, split in zip(class_of, splits, strict=True))
    if unseen is None:
        raise ImportFault(
            f"{proposed.path} does not fit these images: some class would be both seen and unseen; choose the split of "
            "this data set."
        )
    return unseen


def _report_classes_without_images(classes: Sequence[str], images: Sequence[NewImage], findings: Findings) -> None:
    with_images = {image.class_name for image in images}
    without_images = [name for name in classes if name not in with_images]
    findings.counts["classes_without_images"] = len(without_images)
    if without_images and images:
        findings.add(
            f"{counted(len(without_images), 'class has', 'classes have')} no images but will be ranked with the "
            f"others: {named(without_images)}."
        )
