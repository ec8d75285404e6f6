"""The colours of cells by their values, in numpy: one pixel a cell, which the screen scales."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from msdn_core.domain.attributes import FloatArray


def heat_image(
    values: FloatArray, value_range: tuple[float, float], ground: QColor, positive: QColor, negative: QColor
) -> QImage:
    """An (m, k) block as a picture of k × m pixels: from ``ground`` at zero to a colour at each end of the range."""
    low, high = value_range
    up = np.clip(values / high if high > 0 else np.zeros_like(values), 0.0, 1.0)[..., None]
    down = np.clip(values / low if low < 0 else np.zeros_like(values), 0.0, 1.0)[..., None]
    base, top, bottom = (np.array(colour.getRgb()[:3], dtype=np.float64) for colour in (ground, positive, negative))
    height, width = values.shape
    # Of the format that the screen has, for others are scaled many times slower: blue, green, red, nothing.
    pixels: NDArray[np.uint8] = np.full((height, width, 4), 255, dtype=np.uint8)
    pixels[..., 2::-1] = np.round(base + up * (top - base) + down * (bottom - base))
    if sys.byteorder == "big":
        pixels = pixels[..., ::-1]
    # The copy owns its bytes; what it was made from goes when this returns.
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()
