"""A tiny data set in CUB's official layout, for the tests of the CUB importer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.io

from msdn_core.domain.annotation import Split

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = ("001.Auk", "002.Bobolink", "003.Crow", "004.Dodo")
ATTRIBUTES = ("has_bill_shape::hooked", "has_wing_color::grey", "has_size::small_(5_-_9_in)")
VECTORS = np.array([[10.0, 20, 30], [40, 50, 60], [70, 80, 90], [5, 15, 25.5]])
PATHS = [f"{name}/{name[4:]}_{n}.jpg" for name in CLASSES for n in (3, 1, 2)]
"""In the order of images.txt, which is not sorted."""
MAT_CLASSES = ("003.Crow", "001.Auk", "004.Dodo", "002.Bobolink")
UNSEEN = "002.Bobolink"


def true_split(path: str) -> Split:
    if path.startswith(UNSEEN):
        return Split.TEST_UNSEEN
    return Split.TEST_SEEN if path.endswith("_2.jpg") else Split.TRAIN


def write(folder: Path, name: str, lines: list[str]) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def make_cub(folder: Path) -> Path:
    """Write a tiny data set in the official layout; its images are empty files, since an import opens none."""
    write(folder, "classes.txt", [f"{n} {name}" for n, name in enumerate(CLASSES, 1)])
    write(folder, "attributes.txt", [f"{n} {name}" for n, name in enumerate(ATTRIBUTES, 1)])
    write(folder, "images.txt", [f"{n} {path}" for n, path in enumerate(PATHS, 1)])
    write(folder, "image_class_labels.txt", [f"{n} {(n - 1) // 3 + 1}" for n in range(1, 13)])
    write(folder, "train_test_split.txt", [f"{n} {n % 2}" for n in range(1, 13)])
    write(folder, "bounding_boxes.txt", [f"{n} 1.0 2.0 {n}.5 4.0" for n in range(1, 13)])
    write(folder, "parts/parts.txt", ["1 beak", "2 left wing", "3 right wing"])
    write(
        folder, "parts/part_locs.txt", [f"{n} {p} {n}.0 {p}.0 {int(p != 2)}" for n in range(1, 13) for p in (1, 2, 3)]
    )
    write(folder, "attributes/certainties.txt", ["1 not visible", "2 guessing", "3 probably", "4 definitely"])
    write(
        folder,
        "attributes/class_attribute_labels_continuous.txt",
        [" ".join(f"{value:.6f}" for value in row) for row in VECTORS],
    )
    for path in PATHS:
        (folder / "images" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "images" / path).touch()
    return folder


def places(order: list[str], split: Split) -> np.ndarray:
    return np.array([[n] for n, path in enumerate(order, 1) if true_split(path) is split], np.uint16)


def names(texts: tuple[str, ...] | list[str]) -> np.ndarray:
    cells = np.empty((len(texts), 1), dtype=object)
    cells[:, 0] = texts
    return cells


def save_splits(folder: Path, **changes: object) -> Path:
    order = sorted(PATHS)
    folder.mkdir(exist_ok=True)
    content: dict[str, object] = {
        "allclasses_names": names(MAT_CLASSES),
        "original_att": VECTORS[[CLASSES.index(name) for name in MAT_CLASSES]].T,
        "att": np.zeros((3, 4)),
        "trainval_loc": places(order, Split.TRAIN),
        "test_seen_loc": places(order, Split.TEST_SEEN),
        "test_unseen_loc": places(order, Split.TEST_UNSEEN),
    }
    content.update(changes)
    scipy.io.savemat(folder / "att_splits.mat", {key: value for key, value in content.items() if value is not None})
    return folder / "att_splits.mat"


def replace_line(folder: Path, name: str, line: int, text: str) -> None:
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    lines[line - 1] = text
    write(folder, name, lines)
