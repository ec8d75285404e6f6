"""The colours of cells by their values, computed in numpy as an image with one pixel per cell."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor, QImage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import FloatArray


def heat_image(
    values: FloatArray, value_range: tuple[float, float], ground: QColor, positive: QColor, negative: QColor
) -> QImage:
    """Return (m, k) values as an image of k × m pixels: ``ground`` at zero, another colour at each end of the range."""
    low, high = value_range
    up = np.clip(values / high if high > 0 else np.zeros_like(values), 0.0, 1.0)[..., None]
    down = np.clip(values / low if low < 0 else np.zeros_like(values), 0.0, 1.0)[..., None]
    base, top, bottom = (np.array(_rgb(colour), dtype=np.float64) for colour in (ground, positive, negative))
    height, width = values.shape
    # In the format of the screen, because others are scaled many times slower: blue, green, red, unused.
    pixels: NDArray[np.uint8] = np.full((height, width, 4), 255, dtype=np.uint8)
    pixels[..., 2::-1] = np.round(base + up * (top - base) + down * (bottom - base))
    if sys.byteorder == "big":
        pixels = pixels[..., ::-1]
    # The copy owns its bytes; those of the array are freed when this returns.
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()
