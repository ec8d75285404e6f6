"""Overlays of attention and evidence maps on images, as pictures to save."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.annotation import Box

_DIVERGING = ((5, 48, 97), (67, 147, 195), (247, 247, 247), (214, 96, 77), (103, 0, 31))
"""Blue over white to red, of the colour scheme RdBu of ColorBrewer; people with colour blindness can tell its ends."""


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


@cache
def diverging_table() -> NDArray[np.uint8]:
    """Return (256, 4) RGBA colours of values from −1 to 1: blue below 0, red above, transparent at 0.

    The opacity rises with the size, so that the image shows where there is nothing.
    """
    value = np.linspace(-1.0, 1.0, 256)
    stops = np.linspace(-1.0, 1.0, len(_DIVERGING))
    rgb = [np.interp(value, stops, [colour[channel] for colour in _DIVERGING]) for channel in range(3)]
    # Both entries next to 0 are those of 0, which lies between them.
    size = (np.abs(value) - 1 / 255) * 255 / 254
    table = np.stack([*rgb, 255 * size.clip(0) ** 0.75], axis=1).round().astype(np.uint8)
    table.flags.writeable = False
    return table


def overlay(image: Image.Image, attention: NDArray[np.float32], viewed: Box, *, opacity: float = 0.55) -> Image.Image:
    """Return the RGB image with an (H, W) map over the part that the network viewed; other parts are dimmed.

    The colours span the range of the map.
    """
    low, high = float(attention.min()), float(attention.max())
    scaled = (attention - low) / (high - low) if high > low else np.zeros_like(attention)
    colours = np.full((256, 4), round(255 * opacity), dtype=np.uint8)
    colours[:, :3] = colour_table()
    return _with_colours(image, scaled, colours, viewed)


def signed_overlay(
    image: Image.Image, values: NDArray[np.floating], viewed: Box, *, opacity: float = 0.8
) -> Image.Image:
    """Return the RGB image with a signed (H, W) map over the part that the network viewed; other parts are dimmed.

    Colours are those of ``diverging_table``; they reach as far below 0 as above, to the largest size in the map.
    """
    limit = float(np.abs(values).max(initial=0.0))
    scaled = 0.5 + 0.5 * values / limit if limit > 0 else np.full(values.shape, 0.5)
    colours = diverging_table().copy()
    colours[:, 3] = np.round(colours[:, 3] * opacity)
    return _with_colours(image, scaled, colours, viewed)


def _with_colours(
    image: Image.Image, scaled: NDArray[np.floating], colours: NDArray[np.uint8], viewed: Box
) -> Image.Image:
    """Return the image with an (H, W) map from 0 to 1 in RGBA colours."""
    grey = Image.fromarray(np.round(scaled * 255).astype(np.uint8))
    left, top = round(viewed.x), round(viewed.y)
    width, height = max(1, round(viewed.width)), max(1, round(viewed.height))
    pixels = colours[np.asarray(grey.resize((width, height), Image.Resampling.BICUBIC))]
    result = Image.eval(image, lambda level: level // 2)
    viewed_part = image.crop((left, top, left + width, top + height))
    viewed_part.paste(Image.fromarray(pixels[..., :3]), mask=Image.fromarray(pixels[..., 3]))
    result.paste(viewed_part, (left, top))
    return result
