"""Draws a whole picture: a blurred background, the bird on its perch, light, and camera noise."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from msdn_core.demo.drawing import FINE, Brush, Colour, draw_bird, shade
from msdn_core.demo.pose import SIZE, Pose

_BLUR_SIZE = 64
_COATS: tuple[Colour, ...] = ((150, 118, 88), (120, 108, 100), (172, 150, 120), (104, 92, 84), (160, 158, 150))
_GROUNDS: dict[str, tuple[tuple[Colour, Colour], tuple[Colour, ...]]] = {
    "sky": (((150, 190, 226), (222, 234, 242)), ((240, 244, 248), (200, 218, 234))),
    "foliage": (((108, 140, 84), (62, 92, 56)), ((140, 168, 96), (78, 112, 66), (180, 190, 120))),
    "water": (((128, 164, 178), (84, 122, 142)), ((160, 190, 198), (98, 136, 150), (150, 160, 120))),
    "earth": (((196, 180, 150), (150, 128, 98)), ((170, 150, 118), (206, 196, 170), (126, 130, 92))),
}
"""Colours at the top and bottom, and of the blobs."""


def draw_scene(traits: dict[str, str], pose: Pose, rng: np.random.Generator, *, plain: bool = False) -> Image.Image:
    """Return a square picture of ``SIZE`` pixels; ``plain`` leaves out background, light and noise."""
    coat = _COATS[int(rng.integers(len(_COATS)))]
    if plain:
        picture = Image.new("RGB", (SIZE * FINE, SIZE * FINE), (255, 255, 255))
        draw_bird(picture, traits, pose, coat)
        return picture.resize((SIZE, SIZE), Image.Resampling.BOX)
    picture = _background(rng)
    _perch(picture, pose, rng)
    draw_bird(picture, traits, pose, coat)
    return _photograph(picture.resize((SIZE, SIZE), Image.Resampling.BOX), rng)


def _background(rng: np.random.Generator) -> Image.Image:
    (above, below), blobs = _GROUNDS[list(_GROUNDS)[int(rng.integers(len(_GROUNDS)))]]
    share = np.linspace(0, 1, _BLUR_SIZE)[:, None, None]
    sheet = np.broadcast_to((1 - share) * above + share * below, (_BLUR_SIZE, _BLUR_SIZE, 3))
    small = Image.fromarray(sheet.round().astype(np.uint8))
    draw = ImageDraw.Draw(small)
    for _ in range(int(rng.integers(8, 26))):
        x, y = rng.uniform(0, _BLUR_SIZE, 2)
        wide, high = rng.uniform(2, 13, 2)
        colour = shade(blobs[int(rng.integers(len(blobs)))], rng.uniform(0.85, 1.12))
        draw.ellipse([x - wide, y - high, x + wide, y + high], fill=colour)
    soft = small.filter(ImageFilter.GaussianBlur(rng.uniform(1.0, 3.0)))
    return soft.resize((SIZE * FINE, SIZE * FINE), Image.Resampling.BICUBIC)


def _perch(picture: Image.Image, pose: Pose, rng: np.random.Generator) -> None:
    brush = Brush(picture, pose)
    bark = shade((112, 88, 64), rng.uniform(0.75, 1.2))
    slope = rng.uniform(-0.06, 0.06)
    width = rng.uniform(0.05, 0.09)
    brush.line([(-2.0, 0.51 - 2 * slope), (2.0, 0.51 + 2 * slope)], bark, width)
    for _ in range(int(rng.integers(0, 3))):
        x = rng.uniform(-0.6, 0.6)
        up = rng.uniform(-0.35, 0.35)
        brush.line([(x, 0.51 + x * slope), (x + rng.uniform(-0.3, 0.3), 0.51 + up)], shade(bark, 0.9), width * 0.4)


def _photograph(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    pixels = np.asarray(picture, dtype=np.float32)
    light = rng.uniform(0.82, 1.12) * rng.normal(1.0, 0.03, 3).clip(0.92, 1.08)
    slope = rng.normal(0, 0.08, 2)
    ramp = np.linspace(-1, 1, SIZE, dtype=np.float32)
    shadow = 1 + slope[0] * ramp[None, :] + slope[1] * ramp[:, None]
    noise = rng.standard_normal((SIZE, SIZE, 3), dtype=np.float32) * rng.uniform(2.0, 8.0)
    lit = pixels * (light.astype(np.float32) * shadow[..., None].astype(np.float32)) + noise
    return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))
