"""Overlays of attention maps on images, as pictures to save."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.annotation import Box


def colour_table(entries: int = 256) -> NDArray[np.uint8]:
    """Return (entries, 3) RGB colours from dark to light with evenly rising lightness.

    The cubehelix of D. A. Green, Bull. Astr. Soc. India 39, 289 (2011), with start 0.5, one and a half rotations
    backwards, hue 1 and gamma 1.
    """
    value = np.linspace(0.0, 1.0, entries)
    angle = 2 * np.pi * (0.5 / 3 + 1 - 1.5 * value)
    amplitude = value * (1 - value) / 2
    mix = np.array([[-0.14861, 1.78277], [-0.29227, -0.90649], [1.97294, 0.0]])
    rgb = value[:, None] + amplitude[:, None] * (np.stack([np.cos(angle), np.sin(angle)], axis=1) @ mix.T)
    return np.asarray(np.round(np.clip(rgb, 0, 1) * 255), dtype=np.uint8)


def overlay(image: Image.Image, attention: NDArray[np.float32], viewed: Box, *, opacity: float = 0.55) -> Image.Image:
    """Return the RGB image with an (H, W) map over the part that the network viewed; other parts are dimmed.

    The colours span the range of the map.
    """
    low, high = float(attention.min()), float(attention.max())
    scaled = (attention - low) / (high - low) if high > low else np.zeros_like(attention)
    grey = Image.fromarray(np.round(scaled * 255).astype(np.uint8))
    left, top = round(viewed.x), round(viewed.y)
    width, height = max(1, round(viewed.width)), max(1, round(viewed.height))
    index = np.asarray(grey.resize((width, height), Image.Resampling.BICUBIC))
    colours = Image.fromarray(colour_table()[index])
    result = Image.eval(image, lambda level: level // 2)
    viewed_part = image.crop((left, top, left + width, top + height))
    result.paste(Image.blend(viewed_part, colours, opacity), (left, top))
    return result
