"""What-if over a whole collection: the ranking of every image after an edited cell, and after a new class."""

from __future__ import annotations

import numpy as np

from benchmarks.cub_shaped import CUB, TINY
from benchmarks.measuring import Row, fastest
from msdn_core.domain.collection import RankedCollection


def rows(quick: bool = False) -> list[Row]:
    """Measure until the scores, ranks and predictions of all images are up to date, at CUB's size."""
    shape = TINY if quick else CUB
    images = shape.train + shape.test_seen + shape.test_unseen
    rng = np.random.default_rng(0)
    attribute_scores, vectors = rng.normal(size=(images, shape.K)), rng.random((shape.M, shape.K))
    edited, grown = (RankedCollection(attribute_scores, vectors, shape.seen, gamma=0.5) for _ in range(2))
    seconds = fastest(
        {
            "edit": lambda: edited.edit(int(rng.integers(shape.M)), int(rng.integers(shape.K)), float(rng.random())),
            "add": lambda: grown.add(rng.random(shape.K)),
        },
        rounds=2 if quick else 12,
    )
    size = f"{images:,} images × {shape.M} classes"
    return [
        Row("one edited cell, all images re-ranked", seconds["edit"] * 1e3, "ms", 3, False, size),
        Row("a new class, all images re-ranked", seconds["add"] * 1e3, "ms", 10, False, size),
    ]
