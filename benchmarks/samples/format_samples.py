"""Tiny data sets in the formats of the field, for the tests of their importers."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import h5py
import numpy as np
import scipy.io
import torch

from benchmarks.samples.cub_sample import make_cub, names, write
from msdn_core.domain.annotation import Split

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLASSES = ("auk_large", "bobolink", "crow", "dodo")
"""In the order of the split file."""
ATTRIBUTES = ("black", "long leg", "man-made")
VECTORS = np.array([[10.0, -1, 30], [40, 50, 60.25], [70, 80, 90], [5, 15, 25]])
FOLDERS = ("a/auk/large", "b/bobolink", "c/crow", "d/dodo")
PATHS = tuple(f"{folder}/sun_{n}.jpg" for folder in FOLDERS for n in (1, 2, 3))
"""Sorted, as the split numbers them."""
LABELS = np.repeat(np.arange(4), 3)
UNSEEN = "bobolink"


def split_of(path: str) -> Split:
    if "bobolink" in path:
        return Split.TEST_UNSEEN
    return Split.TEST_SEEN if path.endswith("_2.jpg") else Split.TRAIN


SPLITS = {path: split_of(path) for path in PATHS}
PARTS = {"trainval_loc": Split.TRAIN, "test_seen_loc": Split.TEST_SEEN, "test_unseen_loc": Split.TEST_UNSEEN}


def places(first: int) -> dict[str, np.ndarray]:
    return {
        name: np.array([[n] for n, path in enumerate(PATHS, first) if SPLITS[path] is split], np.uint16)
        for name, split in PARTS.items()
    }


def att_splits(folder: Path) -> Path:
    """Write ``att_splits.mat`` as published."""
    folder.mkdir(parents=True, exist_ok=True)
    unit = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)
    content = {"allclasses_names": names(CLASSES), "original_att": VECTORS.T, "att": unit.T, **places(1)}
    scipy.io.savemat(folder / "att_splits.mat", content, do_compression=True)
    return folder / "att_splits.mat"


def res101(folder: Path, labels: np.ndarray = LABELS) -> Path:
    """Write the image list of xlsa17, with absolute paths of another machine."""
    content = {
        "image_files": names([f"/BS/someone/SUN/images/{path}" for path in PATHS]),
        "labels": labels[:, None] + 1,
        "features": np.zeros((4, len(PATHS))),
    }
    scipy.io.savemat(folder / "res101.mat", content)
    return folder / "res101.mat"


def msdn_list(folder: Path) -> Path:
    """Write MSDN's list: numbers from 0, with tensors."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "labels": LABELS,
        **{name: values.ravel() for name, values in places(0).items()},
        "image_files": [f"images/{path}" for path in PATHS],
        "seenclasses": torch.tensor([0, 2, 3]),
        "unseenclasses": torch.tensor([1]),
    }
    (folder / "SUN.pkl").write_bytes(pickle.dumps(content, 4))
    return folder / "SUN.pkl"


def pictures(folder: Path, paths: tuple[str, ...] = PATHS) -> Path:
    """Write empty files, since an import opens none."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return folder


def awa2(folder: Path) -> Path:
    """Write AwA2's official directory."""
    write(folder, "classes.txt", [f"     {n}\t{name}" for n, name in enumerate(("crow", "dodo", "bobolink"), 1)])
    write(folder, "predicates.txt", [f"     {n}\t{name}" for n, name in enumerate(ATTRIBUTES, 1)])
    rows = [VECTORS[CLASSES.index(name)] for name in ("crow", "dodo", "bobolink")]
    write(folder, "predicate-matrix-continuous.txt", ["  ".join(f"{v:8.2f}" for v in row) for row in rows])
    write(folder, "testclasses.txt", ["dodo"])
    for name in ("crow", "dodo", "bobolink"):
        pictures(folder / "JPEGImages", tuple(f"{name}/{name}_{n}.jpg" for n in range(1, 6)))
    return folder


def sun(folder: Path) -> Path:
    """Write SUN's official directory."""
    folder.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(folder / "attributes.mat", {"attributes": names(ATTRIBUTES)})
    scipy.io.savemat(folder / "images.mat", {"images": names(PATHS[::-1])})
    labels = np.array([VECTORS[LABELS[PATHS.index(path)]] / 100 for path in PATHS[::-1]])
    scipy.io.savemat(folder / "attributeLabels_continuous.mat", {"labels_cv": labels})
    return folder


def class_folders(folder: Path) -> Path:
    """Write a sheet of classes and one folder per class."""
    lines = [f"{name},{','.join(map(str, row))}" for name, row in zip(CLASSES, VECTORS.tolist(), strict=True)]
    write(folder, "classes.csv", ["class,black,long leg,man-made", *lines])
    return pictures(folder, tuple(f"{name}/{n}.jpg" for name in CLASSES[:3] for n in range(5)))


def glove(path: Path) -> Path:
    path.write_text("the 1 2\nblack 3 4\nlong .5 1e1\n. . 7 7\nleg -1 -2\n", encoding="utf-8")
    return path


def word2vec(path: Path, *, newlines: bool = False) -> Path:
    """Write word2vec's binary format; some programs end each vector with a newline."""
    entries = {"the": (1, 2), "black": (3, 4), "long": (0.5, 10), "leg": (-1, -2)}
    end = b"\n" if newlines else b""
    body = b"".join(word.encode() + b" " + np.array(v, "<f4").tobytes() + end for word, v in entries.items())
    path.write_bytes(b"4 2\n" + body)
    return path


def feature_maps(path: Path, *, chunked: bool = False, **changes: object) -> Path:
    """Write feature maps as MSDN, TransZero and DAZLE publish them: (N, C, H, W) float32, numbers from 0."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    content: dict[str, object] = {
        "feature_map": rng.random((len(PATHS), 6, 2, 2), np.float32),
        "labels": LABELS,
        **{name: values.ravel() for name, values in places(0).items()},
        "att": VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True),
        "original_att": VECTORS,
        "w2v_att": np.arange(3.0 * 5).reshape(3, 5) + 1,
    }
    content.update(changes)
    with h5py.File(path, "w") as file:
        for name, value in content.items():
            if value is not None:
                options = {"chunks": True, "compression": "gzip"} if chunked and name == "feature_map" else {}
                file.create_dataset(name, data=value, **options)
    return path


SOURCES: dict[str, Callable[[Path], object]] = {
    "cub": make_cub,
    "awa2": awa2,
    "sun": sun,
    "xlsa17": att_splits,
    "feature-maps": lambda folder: feature_maps(folder / "maps.hdf5"),
    "msdn-lists": lambda folder: (msdn_list(folder), att_splits(folder)),
    "folder": class_folders,
}
"""By format: a function that writes a sample into an empty folder."""
