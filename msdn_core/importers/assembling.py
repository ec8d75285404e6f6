"""A data set put together of class vectors, a split file, a list of images, and a folder of pictures.

A split file counts images in an order that it does not hold. Where no list of images says it, it is the one of all
paths, sorted (checked against the published lists of CUB, SUN and AWA2: every image is at its place), so a complete
folder of pictures is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.annotation import Split, hold_out
from msdn_core.domain.attributes import Attribute, ClassTable, FloatArray
from msdn_core.errors import ImportFault
from msdn_core.importers.dataset import DataSet
from msdn_core.importers.findings import Findings
from msdn_core.importers.image_names import class_by_folder, on_disk, plain_names
from msdn_core.importers.images import list_images
from msdn_core.importers.readers.att_splits import AttSplits, ImageList, join_classes
from msdn_core.importers.splitting import unseen_classes, validation_meta
from msdn_core.importers.word_vectors import attribute_words
from msdn_core.project import NewImage


@dataclass(frozen=True, slots=True)
class Pictures:
    """Where the images are that a data set lists."""

    listed: ImageList | None
    folder: Path | None
    """Searched for them; without it they are listed though no file is known."""
    home: Path
    """Where they would lie, if ``folder`` is not given."""
    keep_absent: bool = False
    """Whether images that are not in ``folder`` are listed all the same, since more than a picture is known of them."""


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
    """The data set whose images are split as ``proposed`` says, or, without it, held out by class.

    ``vectors`` is (M, K); ``words`` are (K, D) and their source where they are known, without which ``word_vectors``
    is read; ``unseen`` names the classes that are known to be so, which ``proposed`` overrules.

    Raises:
        ImportFault: if the parts cannot belong to one data set.
    """
    names = _names(pictures, proposed)
    class_of = _classes(names, classes, pictures.listed, proposed, findings)
    if proposed is None:
        held = hold_out({path: kind for path, kind in zip(names, class_of, strict=True) if kind is not None}, unseen)
        splits = [held.get(path, Split.NONE) for path in names]
        bare: set[str] = set()
    else:
        splits = _splits(names, class_of, proposed)
        unseen = _unseen(class_of, splits, proposed)
        bare = set(classes) - {kind for kind, split in zip(class_of, splits, strict=True) if split is not Split.NONE}
    if not names:
        bare = set()
    if proposed is not None and proposed.seen is not None and classes == proposed.classes:
        seen = proposed.seen
    else:
        seen = np.array([kind not in unseen and kind not in bare for kind in classes], np.bool_)
    full_names = [attribute.full_name for attribute in attributes]
    vectors_of_words, source = words or attribute_words(full_names, word_vectors, findings)
    images = [NewImage(*image) for image in zip(names, class_of, splits, strict=True)]
    if pictures.folder is not None and pictures.listed is not None:
        places = on_disk(names, pictures.folder, findings, kept=pictures.keep_absent)
        images = [
            NewImage(place or image.path, image.class_name, image.split)
            for place, image in zip(places, images, strict=True)
            if place is not None or pictures.keep_absent
        ]
    elif names and pictures.folder is None:
        findings.add(
            "No folder of pictures was given (--images DIR): the images are listed, and none of them can be shown."
        )
    _bare_classes(classes, images, findings)
    table = ClassTable(attributes, classes, vectors, seen)
    root = pictures.folder or pictures.home
    meta = {} if proposed is None else validation_meta(proposed.path, classes, findings)
    return DataSet(
        name, table, vectors_of_words, source, tuple(images), root, meta=meta, descriptions=descriptions or {}
    )


def _names(pictures: Pictures, proposed: AttSplits | None) -> list[str]:
    """The images in the order that the split counts in, as paths below their folder."""
    wanted = 0 if proposed is None else len(proposed.splits)
    if pictures.listed is not None:
        names = plain_names(pictures.listed)
        if len(names) < wanted:
            raise ImportFault(
                f"{pictures.listed.file} lists {len(names):,} images and the split counts {wanted:,}; give the files "
                "of one data set."
            )
        return names
    if pictures.folder is None:
        return []
    if not pictures.folder.is_dir():
        raise ImportFault(f"There is no folder {pictures.folder}; check the path.")
    names = sorted(list_images(pictures.folder))
    if not names:
        raise ImportFault(f"There is no image in {pictures.folder} or below it; check the path.")
    if proposed is not None and len(names) != wanted:
        raise ImportFault(
            f"{pictures.folder} holds {len(names):,} images and {proposed.path.name} counts {wanted:,}, so which is "
            f"which is not known; put res101.mat or the data set's .pkl list beside {proposed.path.name}."
        )
    return names


def _classes(
    names: Sequence[str],
    classes: tuple[str, ...],
    listed: ImageList | None,
    proposed: AttSplits | None,
    findings: Findings,
) -> list[str | None]:
    """The class of each image: by the list's label, or else by its folder; contradictions are a finding."""
    by_folder = class_by_folder(names, classes)
    if listed is None or listed.labels is None:
        lost = [name for name, kind in zip(names, by_folder, strict=True) if kind is None]
        if lost:
            findings.add(f"{len(lost)} images lie in a folder of no class, e.g. {lost[0]}: they have no class.")
        return by_folder
    order = classes if proposed is None else proposed.classes
    if len(listed.labels) and int(listed.labels.max()) >= len(order):
        raise ImportFault(
            f"{listed.file} has a label for class {int(listed.labels.max()) + 1}, and there are {len(order)} classes; "
            "give the files of one data set."
        )
    joined = {place: kind for kind, place in join_classes(classes, order).items()}
    labelled = [joined.get(label) for label in listed.labels.tolist()]
    odd = [
        (name, kind)
        for name, kind, folder in zip(names, labelled, by_folder, strict=True)
        if folder is not None and folder != kind
    ]
    if odd:
        findings.add(
            f"{len(odd)} images are labelled otherwise than their folder, e.g. {odd[0][0]} as {odd[0][1]}: the label "
            "counts."
        )
    return labelled


def _splits(names: Sequence[str], class_of: Sequence[str | None], proposed: AttSplits) -> list[Split]:
    splits = [*proposed.splits, *[Split.NONE] * (len(names) - len(proposed.splits))][: len(names)]
    return [Split.NONE if kind is None else split for kind, split in zip(class_of, splits, strict=True)]


def _unseen(class_of: Sequence[str | None], splits: Sequence[Split], proposed: AttSplits) -> frozenset[str]:
    unseen = unseen_classes((str(kind), split) for kind, split in zip(class_of, splits, strict=True))
    if unseen is None:
        raise ImportFault(
            f"{proposed.path} does not fit these images: some class would be both seen and unseen; give the split of "
            "this data set."
        )
    return unseen


def _bare_classes(classes: Sequence[str], images: Sequence[NewImage], findings: Findings) -> None:
    with_images = {image.class_name for image in images}
    bare = [name for name in classes if name not in with_images]
    findings.counts["classes_without_images"] = len(bare)
    if bare and images:
        findings.add(
            f"{len(bare)} classes have no image here, e.g. {bare[0]}; their vectors take part in every ranking."
        )
