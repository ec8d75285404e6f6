"""The position of a bird in its picture, and of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SIZE = 256
"""Side of a picture in pixels."""

PARTS: dict[str, tuple[float, float]] = {
    "crown": (-0.335, -0.345),
    "breast": (-0.215, 0.06),
    "wing": (0.09, -0.005),
    "tail": (0.44, 0.115),
    "bill": (-0.525, -0.225),
    "crest": (-0.285, -0.43),
    "legs": (-0.02, 0.36),
    "eye": (-0.385, -0.255),
}
"""Positions on the bird: the origin is the body's centre, the bird faces left and is about 1 long, y points down."""

_ENDS = ((-0.68, -0.21), (0.64, 0.16), (-0.24, -0.56), (0.0, 0.5))
"""The extent of a bird without the tips of the longest bill and tail."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Place, size and angle of a bird; ``centre`` in pixels, ``scale`` in pixels per unit of the bird."""

    centre: tuple[float, float]
    scale: float
    angle: float
    flipped: bool

    def place(self, points: ArrayLike) -> NDArray[np.float64]:
        """Return points on the bird, (…, 2), in pixels."""
        x, y = np.moveaxis(np.asarray(points, dtype=np.float64), -1, 0)
        across = np.cos(self.angle) * x - np.sin(self.angle) * y
        down = np.sin(self.angle) * x + np.cos(self.angle) * y
        side = -across if self.flipped else across
        return np.stack([self.centre[0] + self.scale * side, self.centre[1] + self.scale * down], axis=-1)


def make_pose(rng: np.random.Generator) -> Pose:
    """Return a random pose that keeps every part in the picture."""
    while True:
        pose = Pose(
            centre=(SIZE * rng.uniform(0.4, 0.6), SIZE * rng.uniform(0.42, 0.58)),
            scale=SIZE * rng.uniform(0.54, 0.72),
            angle=rng.uniform(-0.3, 0.3),
            flipped=bool(rng.random() < 0.5),
        )
        points = pose.place([*PARTS.values(), *_ENDS])
        if points.min() > 0.02 * SIZE and points.max() < 0.98 * SIZE:
            return pose
