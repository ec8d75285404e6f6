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
    """(256, 4) RGBA, opaque, of one of ``COLOUR_MAPS``."""
    table = np.asarray(pg.colormap.get(name).getLookupTable(0.0, 1.0, 256, alpha=True)).astype(np.uint8)
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
    above: float | None = None,
) -> NDArray[np.uint8]:
    """(h, w, 4) pixels of an (H, W) map whose range runs through the colour map; what lies outside is clipped.

    A smoothed one has about ``pixels`` a side. What lies below the value ``above`` is left clear.
    """
    low, high = value_range
    shown = smooth(values, pixels) if smoothed else values
    span = high - low
    scaled = (shown - low) * np.float32(255 / span) if span > 0 else np.zeros_like(shown)
    index = np.clip(scaled, 0, 255, out=scaled).round(out=scaled).astype(np.uint8)
    # A pixel is one word of 32 bits: taking words is several times as fast as taking rows of four bytes.
    words = colour_table(colours).view(np.uint32)[:, 0].take(index)
    if above is not None:
        words[shown < above] = 0
    return words.view(np.uint8).reshape(*shown.shape, 4)


def cut_value(value_range: tuple[float, float], threshold: float) -> float | None:
    """The value at a share of a range, None for a share of 0, which cuts nothing off."""
    low, high = value_range
    return low + threshold * (high - low) if threshold > 0 else None


def short_number(value: float) -> str:
    """A number in about three significant digits, as it fits beside a colour bar."""
    if value == 0:
        return "0"
    if not 1e-3 <= abs(value) < 1e4:
        return f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e+").replace("-", "−")
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 100 else 0
    return f"{value:,.{digits}f}".replace("-", "−")
