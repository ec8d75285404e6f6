"""From an attention map to coloured pixels, in numpy."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

COLOUR_MAPS = ("viridis", "magma", "inferno", "cividis")
"""Perceptually even colour maps: equal steps of the value look equal."""

SMOOTH_PIXELS = 384
"""A smooth map is drawn with about this many pixels a side, so that no steps are seen on a screen."""


@cache
def colour_table(name: str) -> NDArray[np.uint8]:
    """(256, 3) RGB of one of ``COLOUR_MAPS``."""
    table = np.asarray(pg.colormap.get(name).getLookupTable(0.0, 1.0, 256))[:, :3].astype(np.uint8)
    table.flags.writeable = False
    return table


@cache
def _neighbours(regions: int, pixels: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """For each pixel the region before it and after it, and the share of the latter; constant outside of centres."""
    at = np.clip((np.arange(pixels) + 0.5) * regions / pixels - 0.5, 0, regions - 1)
    low = np.minimum(at.astype(np.intp), max(regions - 2, 0))
    return low, np.minimum(low + 1, regions - 1), (at - low).astype(np.float32)


def smooth(values: NDArray[np.float32], pixels: int = SMOOTH_PIXELS) -> NDArray[np.float32]:
    """An (H, W) map interpolated linearly between its regions' centres, about ``pixels`` a side.

    Without matrix products: their library's threads wait for one another where training takes all cores.
    """
    height, width = values.shape
    factor = max(1, pixels // max(height, width))
    low, high, share = _neighbours(width, width * factor)
    wide = values[:, low] * (1 - share) + values[:, high] * share
    low, high, share = _neighbours(height, height * factor)
    return wide[low] * (1 - share[:, None]) + wide[high] * share[:, None]


def coloured(
    values: NDArray[np.float32],
    value_range: tuple[float, float],
    colours: str,
    *,
    smoothed: bool,
    pixels: int = SMOOTH_PIXELS,
) -> NDArray[np.uint8]:
    """(h, w, 3) pixels of an (H, W) map whose range runs through the colour map; what lies outside is clipped.

    A smoothed one has about ``pixels`` a side.
    """
    low, high = value_range
    shown = smooth(values, pixels) if smoothed else values
    span = high - low
    scaled = (shown - low) / span if span > 0 else np.zeros_like(shown)
    return colour_table(colours)[np.round(np.clip(scaled, 0, 1) * 255).astype(np.uint8)]


def short_number(value: float) -> str:
    """A number in about three significant digits, as it fits beside a colour bar."""
    if value == 0:
        return "0"
    if not 1e-3 <= abs(value) < 1e4:
        return f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e+").replace("-", "−")
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 100 else 0
    return f"{value:,.{digits}f}".replace("-", "−")
