"""Boxes and points in whole pixels that stay within their image."""

from __future__ import annotations

from msdn_core.domain.annotation import Box

HANDLES = tuple((x, y) for y in (0.0, 0.5, 1.0) for x in (0.0, 0.5, 1.0) if (x, y) != (0.5, 0.5))
"""Where a box can be grabbed to resize it, as fractions of its width and height."""


def between(x1: float, y1: float, x2: float, y2: float, width: int, height: int) -> Box:
    """Return the box with two opposite corners, clipped to the image and snapped to whole pixels."""
    left, right = sorted(_clamped(x, width) for x in (x1, x2))
    top, bottom = sorted(_clamped(y, height) for y in (y1, y2))
    return Box(left, top, right - left, bottom - top)


def moved(box: Box, dx: float, dy: float, width: int, height: int) -> Box:
    """Return the box shifted, as far as it stays within the image."""
    return Box(
        min(max(round(box.x + dx), 0), width - box.width),
        min(max(round(box.y + dy), 0), height - box.height),
        box.width,
        box.height,
    )


def resized(box: Box, handle: tuple[float, float], x: float, y: float, width: int, height: int) -> Box:
    """Return the box with one of its ``HANDLES`` at a point; the opposite side stays."""
    left, right, top, bottom = box.x, box.x + box.width, box.y, box.y + box.height
    x1, x2 = {0.0: (x, right), 0.5: (left, right), 1.0: (left, x)}[handle[0]]
    y1, y2 = {0.0: (y, bottom), 0.5: (top, bottom), 1.0: (top, y)}[handle[1]]
    made = between(x1, y1, x2, y2, width, height)
    # A box keeps at least one pixel in each direction: without extent it would be a point.
    return Box(min(made.x, width - 1), min(made.y, height - 1), max(made.width, 1.0), max(made.height, 1.0))


def _clamped(value: float, limit: int) -> float:
    return float(min(max(round(value), 0), limit))
