"""Turns attention maps into coloured pixels with numpy."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg

from msdn_core.vision.overlay import diverging_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLOUR_MAPS = ("viridis", "magma", "inferno", "cividis")
"""Perceptually uniform colour maps."""

DIVERGING = "diverging"
"""The colours of evidence, which is signed: blue below 0, red above, transparent at 0."""

SMOOTH_PIXELS = 384
"""The side of a smooth map in pixels, enough that no steps are visible."""


@cache
def colour_table(name: str) -> NDArray[np.uint8]:
    """Return the (256, 4) RGBA colours of one of ``COLOUR_MAPS``, which are opaque, or of ``DIVERGING``."""
    if name == DIVERGING:
        return diverging_table()
    table = np.asarray(pg.colormap.get(name).getLookupTable(0.0, 1.0, 256, alpha=True)).astype(np.uint8)
    table.flags.writeable = False
    return table


@cache
def _neighbours(regions: int, pixels: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Return for each pixel the regions before and after it and the weight of the latter; constant beyond centres."""
    at = np.clip((np.arange(pixels) + 0.5) * regions / pixels - 0.5, 0, regions - 1)
    low = np.minimum(at.astype(np.intp), max(regions - 2, 0))
    return low, np.minimum(low + 1, regions - 1), (at - low).astype(np.float32)


def smooth(values: NDArray[np.float32], pixels: int = SMOOTH_PIXELS) -> NDArray[np.float32]:
    """Return an (H, W) map interpolated linearly between the centres of its regions, about ``pixels`` wide and high.

    It uses no matrix products, whose threads would wait for one another while training uses all cores.
    """
    height, width = values.shape
    factor = max(1, pixels // max(height, width))
    low, high, share = _neighbours(width, width * factor)
    one = np.float32(1)
    wide = values[:, low] * (one - share) + values[:, high] * share
    low, high, share = _neighbours(height, height * factor)
    result: NDArray[np.float32] = wide[low] * (one - share[:, None]) + wide[high] * share[:, None]
    return result


def coloured(
    values: NDArray[np.float32],
    value_range: tuple[float, float],
    colours: str,
    *,
    smoothed: bool,
    pixels: int = SMOOTH_PIXELS,
    above: float | None = None,
) -> NDArray[np.uint8]:
    """Return the (h, w, 4) pixels of an (H, W) map; values outside the range are clipped.

    A smoothed map is about ``pixels`` wide and high. Values below ``above`` are transparent; in diverging colours,
    values nearer to 0 than that.
    """
    low, high = value_range
    shown = smooth(values, pixels) if smoothed else values
    span = high - low
    scaled = (shown - low) * np.float32(255 / span) if span > 0 else np.zeros_like(shown)
    index = np.clip(scaled, 0, 255, out=scaled).round(out=scaled).astype(np.uint8)
    # A pixel is a word of 32 bits: taking words is several times faster than taking rows of four bytes.
    words = colour_table(colours).view(np.uint32)[:, 0].take(index)
    if above is not None:
        words[(np.abs(shown) if colours == DIVERGING else shown) < above] = 0
    return words.view(np.uint8).reshape(*shown.shape, 4)


def cut_value(value_range: tuple[float, float], threshold: float, *, signed: bool = False) -> float | None:
    """Return the value at a fraction of a range, from 0 on if ``signed``; None for 0, which hides nothing."""
    low, high = (0.0, value_range[1]) if signed else value_range
    return low + threshold * (high - low) if threshold > 0 else None


def short_number(value: float) -> str:
    """Return a number with about three significant digits, for a colour bar."""
    if value == 0:
        return "0"
    if not 1e-3 <= abs(value) < 1e4:
        return f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e+").replace("-", "−")
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 100 else 0
    return f"{value:,.{digits}f}".replace("-", "−")
