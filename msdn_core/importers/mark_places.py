"""Boxes and points on the pictures that they belong to: scaled from another size, and cut at the edge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msdn_core.domain.annotation import Box
from msdn_core.errors import ImageError
from msdn_core.vision.images import image_size

if TYPE_CHECKING:
    from pathlib import Path

Size = tuple[float, float]
"""Width and height in pixels."""
CUT = "cut at the edge of the picture"
OUTSIDE = "wholly outside of the picture"
_ROUNDING = 1.0
"""By how many pixels the sides of a scaled copy may differ from the exact ratio."""
_MOST_UNEVEN = 1.05
"""The most by which the factors of both axes may differ; for tiny copies, rounding alone allows any."""
_TOLERANCE = 1e-3
"""How far a box may reach over the edge of a picture in pixels and count as inside; sums of fractions do."""


class PictureSizes:
    """Sizes of upright pictures, each read once."""

    def __init__(self) -> None:
        self._sizes: dict[Path, Size | None] = {}

    def of(self, picture: Path) -> Size | None:
        """Return the size of a picture, or None if it cannot be opened."""
        if picture not in self._sizes:
            try:
                self._sizes[picture] = image_size(picture)
            except ImageError:
                self._sizes[picture] = None
        return self._sizes[picture]


def scale_between(given: Size, actual: Size) -> Size | None:
    """Return the factors of both axes from a copy of a picture to the picture, or None if their aspects differ."""
    if given == actual:
        return (1.0, 1.0)
    ranges = [((one - _ROUNDING) / own, (one + _ROUNDING) / own) for one, own in zip(given, actual, strict=True)]
    scale = (actual[0] / given[0], actual[1] / given[1])
    is_rounded = max(low for low, _ in ranges) <= min(high for _, high in ranges)
    return scale if is_rounded and max(scale) <= _MOST_UNEVEN * min(scale) else None


def scaled(box: Box, scale: Size) -> Box:
    """Return a box or point of a copy on the picture itself."""
    return Box(box.x * scale[0], box.y * scale[1], box.width * scale[0], box.height * scale[1])


def cut_to(box: Box, size: Size) -> Box | None:
    """Return the part of a box or point inside of a picture; None if there is none."""
    width, height = size
    if box.width == 0 and box.height == 0:
        inside = -_TOLERANCE <= box.x <= width + _TOLERANCE and -_TOLERANCE <= box.y <= height + _TOLERANCE
        return box if inside else None
    left, right = _overlap(box.x, box.width, width)
    top, bottom = _overlap(box.y, box.height, height)
    if right - left <= 0 or bottom - top <= 0:
        return None
    beyond = max(left - box.x, box.x + box.width - right, top - box.y, box.y + box.height - bottom)
    return box if beyond <= _TOLERANCE else Box(left, top, right - left, bottom - top)


def _overlap(start: float, extent: float, most: float) -> tuple[float, float]:
    return max(0.0, start), min(most, start + extent)


def finite_number(value: object) -> float | None:
    """Return a JSON number as a float, or None if it is none or not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
