"""A project of CUB's shape without its photographs: random class vectors, and features of the right size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import Split
from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.project import NewImage, Project
from msdn_core.vision.features import DONE, MADE, MANIFEST, MAPS, ImageKey, Manifest, feature_folder
from msdn_core.vision.transform import BackboneSpec

if TYPE_CHECKING:
    from pathlib import Path

BACKBONE = "made-up"


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a project; the letters are those of ``reference/msdn.md``."""

    K: int
    M: int
    unseen: int
    C: int
    side: int
    B: int
    train: int
    test_seen: int
    test_unseen: int

    @property
    def R(self) -> int:
        """Regions per image."""
        return self.side**2

    @property
    def seen(self) -> np.ndarray:
        """(M,) bool; the unseen classes come last."""
        return np.arange(self.M) < self.M - self.unseen


CUB = Shape(K=312, M=200, unseen=50, C=2048, side=14, B=50, train=7057, test_seen=1764, test_unseen=2967)
TINY = Shape(K=20, M=12, unseen=4, C=48, side=3, B=6, train=24, test_seen=12, test_unseen=12)


def make_project(path: Path, shape: Shape, *, empty: bool = False, seed: int = 0) -> Path:
    """Create the project and its features.

    With ``empty``, the features are zero, and their file is sparse on file systems that support it.
    """
    rng = np.random.default_rng(seed)
    attributes = tuple(Attribute("", f"attribute {number}") for number in range(shape.K))
    names = tuple(f"class {number:03}" for number in range(shape.M))
    table = ClassTable(attributes, names, rng.random((shape.M, shape.K)), shape.seen)
    first_unseen = shape.M - shape.unseen
    images = [
        NewImage(f"{split}/{number}.jpg", names[first + number % classes], split)
        for split, count, first, classes in (
            (Split.TRAIN, shape.train, 0, first_unseen),
            (Split.TEST_SEEN, shape.test_seen, 0, first_unseen),
            (Split.TEST_UNSEEN, shape.test_unseen, first_unseen, shape.unseen),
        )
        for number in range(count)
    ]
    with Project.create(path) as project:
        project.define_classes(table)
        project.add_images(project.add_image_root(path), images)
        keys = tuple(ImageKey(record.id, record.name, 1, 1) for record in project.images())
    grid = (shape.side, shape.side)
    spec = BackboneSpec(BACKBONE, 32 * shape.side, (0.5,) * 3, (0.5,) * 3, "none", "0" * 64, shape.C, grid)
    folder = feature_folder(path, spec)
    folder.mkdir(parents=True)
    with (folder / MAPS).open("wb") as maps:
        if empty:
            maps.truncate(len(keys) * shape.C * shape.R * 2)
        else:
            for _ in keys:
                regions = rng.random((shape.C, shape.R), dtype=np.float32)
                maps.write((regions / np.linalg.norm(regions, axis=0)).astype(np.float16).tobytes())
    (folder / DONE).write_bytes(bytes([MADE]) * len(keys))
    (folder / MANIFEST).write_text(Manifest(spec, keys).to_json(), encoding="utf-8")
    return path
