"""The proposed split: ``att_splits.mat`` of the xlsa17 collection, and the lists of the images that it counts.

Its numbers are positions, from 1, in a list of images that is not in the file, and its classes have their own order:
everything is therefore returned by name, never by number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.annotation import Split
from msdn_core.errors import ImportFault
from msdn_core.importers.readers.mat_files import read_mat, texts, whole_numbers
from msdn_core.importers.readers.safe_pickle import load_arrays

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray, FloatArray

SPLITS_FILE = "att_splits.mat"
IMAGE_LISTS = ("res101.mat", "CUB.pkl", "SUN.pkl", "AWA2.pkl")
"""Files that name the images in the order in which the split counts them."""
OURS = "msdn_explorer"
"""A variable of files written by this program: their image names are the project's own."""

PARTS = {"trainval_loc": Split.TRAIN, "test_seen_loc": Split.TEST_SEEN, "test_unseen_loc": Split.TEST_UNSEEN}


@dataclass(frozen=True, eq=False, slots=True)
class AttSplits:
    """The content of ``att_splits.mat``."""

    path: Path
    classes: tuple[str, ...]
    vectors: FloatArray
    """(M, K) class vectors in the file's own units (``original_att``)."""
    splits: tuple[Split, ...]
    """(N,) the split of each image, in the order of the list."""
    attributes: tuple[str, ...] = ()
    """(K,) names, if the file has them; the published files do not."""
    seen: BoolArray | None = None
    """(M,) whether each class is seen, if the file has it; otherwise it follows from the images."""
    notes: tuple[str, ...] = ()
    """Sentences on what was assumed."""


@dataclass(frozen=True, eq=False, slots=True)
class ImageList:
    """The images that a split counts, in its order."""

    file: Path
    names: tuple[str, ...]
    """(N,) as the file spells them, with the folders of the machine that listed them."""
    labels: NDArray[np.int64] | None
    """(N,) indices in the split's classes, if the file has them; −1 for an image without a class."""
    own: bool = False
    """Whether this program wrote the names, as paths below the folder of images."""


def read_att_splits(path: Path) -> AttSplits:
    """Read the proposed split.

    Raises
    ------
    ImportFault
        If the file is damaged, lacks a part, or its parts contradict one another.
    """
    optional = ("allclasses_names", "original_att", "att", "attribute_names", "labels", "seen_classes", OURS)
    found = read_mat(path, [*PARTS, *optional])
    # FLO has neither names of classes nor vectors in other units than "att".
    vectors_name = "original_att" if "original_att" in found or "att" not in found else "att"
    missing = [name for name in (vectors_name, *PARTS) if name not in found]
    if missing:
        raise ImportFault(f"{path} has no {', '.join(missing)}; choose att_splits.mat of the proposed split.")
    notes = [] if vectors_name == "original_att" else [f"{path.name} has no original_att: the class vectors are att."]
    by_class = np.asarray(found[vectors_name]).T
    if "allclasses_names" in found:
        classes = texts(found["allclasses_names"], path)
    else:
        width = len(str(len(by_class) if by_class.ndim else 0))
        classes = tuple(f"class {row:0{width}}" for row in range(1, (len(by_class) if by_class.ndim else 0) + 1))
        notes.append(f"{path.name} has no names of classes: they are numbered.")
    attributes = texts(found["attribute_names"], path) if "attribute_names" in found else ()
    vectors = class_vectors(by_class, len(classes), vectors_name, path)
    if attributes and len(attributes) != vectors.shape[1]:
        raise ImportFault(f"{path} names {len(attributes)} attributes and has {vectors.shape[1]}; download it again.")
    count = np.asarray(found["labels"]).size if "labels" in found else 0
    seen = None
    if OURS in found and "seen_classes" in found:
        seen = whole_numbers(found["seen_classes"], "seen_classes", path, first=0) > 0
        if len(seen) != len(classes):
            raise ImportFault(
                f"{path} has {len(classes)} classes but {len(seen)} values of seen_classes; export it again."
            )
    splits = part_splits(found, path, first=1, count=count)
    return AttSplits(path, classes, vectors, splits, attributes, seen, tuple(notes))


def class_vectors(vectors: NDArray[Any], classes: int, name: str, path: Path) -> FloatArray:
    """Return the class vectors in a file as (M, K) float64; raise ImportFault if they cannot be class vectors."""
    if vectors.ndim != 2 or vectors.shape[0] != classes or vectors.dtype.kind not in "fiu":
        raise ImportFault(f"{path}: {name} has the shape {vectors.shape} for {classes} classes; download it again.")
    if not np.isfinite(vectors).all():
        raise ImportFault(f"{path}: {name} has values that are not finite numbers; download the file again.")
    return np.ascontiguousarray(vectors, np.float64)


def part_splits(found: Mapping[str, Any], path: Path, *, first: int, count: int = 0) -> tuple[Split, ...]:
    """Return the split of each image from the three lists of positions, counted from ``first``; at least ``count``."""
    places = [(whole_numbers(found[name], name, path, first=first), split) for name, split in PARTS.items()]
    splits = [Split.NONE] * max(count, *(int(numbers.max(initial=-1)) + 1 for numbers, _ in places))
    for numbers, split in places:
        for place in numbers.tolist():
            if splits[place] is not Split.NONE:
                raise ImportFault(
                    f"{path}: image {place + first} is in two parts of the split, or twice in one; download it again."
                )
            splits[place] = split
    return tuple(splits)


def image_list_beside(path: Path) -> ImageList | None:
    """Return the list of images in the split file itself or beside it, if there is one.

    Raises
    ------
    ImportFault
        If there is one that cannot be read.
    """
    own = read_mat(path, ["image_files", "labels", OURS]) if path.suffix.lower() == ".mat" and path.is_file() else {}
    if "image_files" in own:
        return image_list(path, own, first=1)
    for name in IMAGE_LISTS:
        file = path.with_name(name)
        if file.is_file():
            return read_image_list(file)
    return None


def read_image_list(file: Path) -> ImageList:
    """Return the list in ``res101.mat`` or in one of MSDN's ``.pkl`` files; raise ImportFault if it has none."""
    pickled = file.suffix.lower() == ".pkl"
    content = load_arrays(file) if pickled else read_mat(file, ["image_files", "labels"])
    if not isinstance(content, dict) or "image_files" not in content:
        raise ImportFault(f"{file} has no image_files; move it away from the split file, or download it again.")
    return image_list(file, content, first=0 if pickled else 1)


def image_list(file: Path, content: Mapping[str, Any], *, first: int) -> ImageList:
    """Return the list in a file's content, whose labels count from ``first``."""
    if not isinstance(content["image_files"], (np.ndarray, list, tuple)):
        raise ImportFault(f"{file} has no list of image_files; download the file again.")
    names = texts(content["image_files"], file)
    own = OURS in content
    labels = None
    if "labels" in content:
        # In files of this program 0 is an image without a class.
        labels = whole_numbers(content["labels"], "labels", file, first=0 if own else first) - int(own)
    if labels is not None and len(labels) != len(names):
        raise ImportFault(f"{file} has {len(labels)} labels for {len(names)} images; download the file again.")
    return ImageList(file, names, labels, own)
