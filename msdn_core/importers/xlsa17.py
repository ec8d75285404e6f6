"""The proposed split: ``att_splits.mat`` of the xlsa17 collection, and the lists of images it counts in.

Its numbers are 1-based places in a list of images that is not in the file, and its classes are in an order of its own:
everything here leaves by name, never by number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
from numpy.typing import NDArray

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import FloatArray
from msdn_core.errors import ImportFault
from msdn_core.importers.safe_pickle import load_arrays

MAX_NUMBERS = 50_000_000
"""A .mat file is compressed: what it unpacks to is bounded, not its size on disk."""
IMAGE_LISTS = ("res101.mat", "CUB.pkl")
"""Files that name the images in the order which the split counts in."""

_PARTS = (("trainval_loc", Split.TRAIN), ("test_seen_loc", Split.TEST_SEEN), ("test_unseen_loc", Split.TEST_UNSEEN))


@dataclass(frozen=True, eq=False, slots=True)
class AttSplits:
    """What ``att_splits.mat`` says."""

    path: Path
    classes: tuple[str, ...]
    vectors: FloatArray
    """(M, K) the class vectors in the file's own units (``original_att``)."""
    splits: tuple[Split, ...]
    """(N,) the split of the image at each place of the list that the file counts in."""


def read_att_splits(path: Path) -> AttSplits:
    """Read the proposed split.

    Raises:
        ImportFault: if the file is damaged, lacks a part, or its parts contradict one another.
    """
    wanted = ["allclasses_names", "original_att", *(name for name, _ in _PARTS)]
    found = _read_mat(path, wanted)
    missing = [name for name in wanted if name not in found]
    if missing:
        raise ImportFault(f"{path} holds no {', '.join(missing)}; give att_splits.mat of the proposed split.")
    classes = tuple(_text(cell, path) for cell in found["allclasses_names"].ravel())
    vectors = found["original_att"]
    if vectors.ndim != 2 or vectors.shape[1] != len(classes) or vectors.dtype.kind not in "fiu":
        raise ImportFault(
            f"{path}: original_att has the shape {vectors.shape} for {len(classes)} classes; get it anew."
        )
    if not np.isfinite(vectors).all():
        raise ImportFault(f"{path}: original_att holds values that are not finite numbers; get the file anew.")
    places = [(_places(found[name], name, path), split) for name, split in _PARTS]
    splits = [Split.NONE] * max((int(numbers.max(initial=0)) for numbers, _ in places), default=0)
    for numbers, split in places:
        for number in numbers.tolist():
            if splits[number - 1] is not Split.NONE:
                raise ImportFault(f"{path}: image {number} stands in two parts of the split, or twice; get it anew.")
            splits[number - 1] = split
    return AttSplits(path, classes, np.ascontiguousarray(vectors.T, np.float64), tuple(splits))


def image_list_beside(path: Path) -> tuple[Path, list[str]] | None:
    """The list of image files that lies beside ``att_splits.mat``, if there is one, as its file spells them.

    Raises:
        ImportFault: if there is one that cannot be read.
    """
    for name in IMAGE_LISTS:
        file = path.with_name(name)
        if not file.is_file():
            continue
        content = load_arrays(file) if file.suffix == ".pkl" else _read_mat(file, ["image_files"])
        names = content.get("image_files") if isinstance(content, dict) else None
        if names is None:
            raise ImportFault(f"{file} holds no image_files; move it away from {path.name}, or get it anew.")
        return file, [_text(cell, file) for cell in (names.ravel() if isinstance(names, np.ndarray) else names)]
    return None


def match_key(path: str, depth: int = 2) -> str:
    """The last parts of a path: lists carry the folders of the machine they were made on in front."""
    return "/".join(path.replace("\\", "/").split("/")[-depth:])


def join_classes(names: Sequence[str], others: Sequence[str]) -> dict[str, int]:
    """Place in ``others`` of each class in ``names``: by its exact name, else by its letters without a number."""
    exact = {other: place for place, other in enumerate(others)}
    loose: dict[str, list[int]] = {}
    for place, other in enumerate(others):
        loose.setdefault(_letters(other), []).append(place)
    joined = {}
    for name in names:
        if name in exact:
            joined[name] = exact[name]
        elif len(places := loose.get(_letters(name), [])) == 1:
            joined[name] = places[0]
    return joined


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", re.sub(r"^\d+\.", "", name)).lower()


def _read_mat(path: Path, names: Sequence[str]) -> dict[str, Any]:
    try:
        shapes = scipy.io.whosmat(str(path))
        numbers = sum(math.prod(shape) for name, shape, _ in shapes if name in names)
        if numbers > MAX_NUMBERS:
            raise ImportFault(f"{path} unpacks to {numbers:,} numbers, which no split has; get the file anew.")
        return dict(scipy.io.loadmat(str(path), variable_names=list(names)))
    except ImportFault:
        raise
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error
    except NotImplementedError as error:
        raise ImportFault(f"{path} is a MATLAB file of version 7.3; save it in MATLAB with the option -v7.") from error
    except Exception as error:  # A damaged file fails in as many ways as the format has fields.
        raise ImportFault(f"{path} is not a whole MATLAB file ({type(error).__name__}); get it anew.") from error


def _text(cell: Any, path: Path) -> str:
    while isinstance(cell, np.ndarray) and cell.size == 1:
        cell = cell.ravel()[0]
    if not isinstance(cell, str):
        raise ImportFault(f"{path} has a name that is no text; get the file anew.")
    return str(cell)


def _places(numbers: NDArray[Any], name: str, path: Path) -> NDArray[np.int64]:
    flat = np.asarray(numbers).ravel()
    if flat.dtype.kind not in "fiu" or not np.isfinite(flat).all() or (flat != np.floor(flat)).any():
        raise ImportFault(f"{path}: {name} holds something other than whole numbers; get the file anew.")
    if flat.size and (flat.min() < 1 or flat.max() > MAX_NUMBERS):
        raise ImportFault(f"{path}: {name} counts from 1, but holds {flat.min():g} to {flat.max():g}; get it anew.")
    return flat.astype(np.int64)
