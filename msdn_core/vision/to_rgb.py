"""Pixels of any mode, depth and colour space as 8-bit RGB, converted in tiles to save memory."""

from __future__ import annotations

import io
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageCms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

_TILE_PIXELS = 1 << 20
_TILE_BYTES_PER_PIXEL = 48
_TILE_SIDE = 1 << 14
_MOST_PROFILE_BYTES = 4 * 1024 * 1024
_SAME_COLOUR = 5
"""Levels by which a profile may differ from sRGB and still be sRGB, as rounded by whoever wrote it."""
_ALPHA_MODES = ("RGBA", "LA", "PA", "RGBa", "La")
_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0


def to_rgb(image: Image.Image, reduction: int = 1, *, is_deep: bool = False) -> Image.Image:
    """Return a decoded image as a new 8-bit RGB image, without changing its size unless ``reduction`` is above 1.

    Integers of more than 8 bits and floats are shown over their own range, unless they use that of their kind: up to
    65,535, and from 0 to 1. An embedded colour profile is applied, transparency is put on white.

    Parameters
    ----------
    image
        The decoded image.
    reduction
        The number of pixels in each direction that are averaged to one.
    is_deep
        Whether the file has more bits per channel than the image has kept.
    """
    convert = _conversion(image)
    if is_deep and (table := _brightening(image)) is not None:
        convert = partial(_brightened, table=table, convert=convert)
    if convert is None and reduction == 1:
        picture = image.copy()
        picture.info = {}
        return picture
    picture = Image.new("RGB", (-(-image.width // reduction), -(-image.height // reduction)))
    for left, top, tile in _tiles(image, reduction):
        part = tile if convert is None else convert(tile)
        picture.paste(part if reduction == 1 else part.reduce(reduction), (left // reduction, top // reduction))
    return picture


def tile_bytes(pixels: int) -> int:
    """Return the memory that the conversion takes beside an image of so many pixels and its result."""
    return min(pixels, _TILE_PIXELS) * _TILE_BYTES_PER_PIXEL


def _tiles(image: Image.Image, multiple: int) -> Iterator[tuple[int, int, Image.Image]]:
    """Yield the left and top of tiles, multiples of a number, and the tiles."""
    columns = max(1, min(image.width, _TILE_SIDE) // multiple) * multiple
    rows = max(1, _TILE_PIXELS // columns // multiple) * multiple
    for top in range(0, image.height, rows):
        for left in range(0, image.width, columns):
            right, bottom = min(left + columns, image.width), min(top + rows, image.height)
            yield left, top, image.crop((left, top, right, bottom))


def _conversion(image: Image.Image) -> Callable[[Image.Image], Image.Image] | None:
    """Return the function that converts parts of an image to RGB; None if they are RGB as they are."""
    if image.mode.startswith("I") or image.mode == "F":
        low, high = _value_range(image)
        tags = getattr(image, "tag_v2", {})
        if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
            low, high = high, low
        return partial(_from_numbers, low=low, high=high)
    is_transparent = image.mode in _ALPHA_MODES or "transparency" in image.info
    colours = _colour_conversion(image)
    if is_transparent:
        return partial(_on_white, colours=colours)
    return None if colours is None and image.mode == "RGB" else partial(_opaque, colours=colours)


def _opaque(part: Image.Image, colours: Callable[[Image.Image], Image.Image] | None) -> Image.Image:
    return part.convert("RGB") if colours is None else colours(part)


def _on_white(part: Image.Image, colours: Callable[[Image.Image], Image.Image] | None) -> Image.Image:
    foreground = part.convert("RGBA")
    if colours is not None:
        alpha = foreground.getchannel("A")
        foreground = colours(foreground)
        foreground.putalpha(alpha)
    white = Image.new("RGBA", foreground.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, foreground).convert("RGB")


def _brightening(image: Image.Image) -> list[int] | None:
    """Return the table that spreads colours over all levels; None if they use more than the lower half of them.

    Colours of 12 bits in a file of 16 are so dark that they look black.
    """
    if image.mode not in ("RGB", "RGBA"):
        return None
    highest = max(int(np.asarray(image.getchannel(band).getextrema())[1]) for band in "RGB")
    if not 0 < highest < 128:
        return None
    table = [min(255, round(level * 255 / highest)) for level in range(256)]
    return table * 3 + (list(range(256)) if image.mode == "RGBA" else [])


def _brightened(
    part: Image.Image, table: list[int], convert: Callable[[Image.Image], Image.Image] | None
) -> Image.Image:
    bright = part.point(table)
    return bright if convert is None else convert(bright)


def _value_range(image: Image.Image) -> tuple[float, float]:
    """Return the values that become black and white."""
    lowest, highest = np.inf, -np.inf
    for _, _, tile in _tiles(image, 1):
        values = np.asarray(tile)
        values = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        if values.size:
            lowest, highest = min(lowest, float(values.min())), max(highest, float(values.max()))
    return value_range(lowest, highest, is_float=image.mode == "F")


def value_range(lowest: float, highest: float, *, is_float: bool) -> tuple[float, float]:
    """Return the values that become black and white for numbers from ``lowest`` to ``highest``."""
    usual = 1.0 if is_float else 65535.0
    if lowest > highest or (lowest >= 0 and usual / 2 <= highest <= usual):
        return 0.0, usual
    # A picture of one value has no range but the one from 0.
    return (lowest, highest) if lowest < highest else (min(lowest, 0.0), max(highest, min(lowest, 0.0) + 1.0))


def scaled(values: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Return numbers as 8-bit values, ``low`` as 0 and ``high`` as 255."""
    if values.dtype.kind == "u" and values.dtype.itemsize == 2:
        # By a table of all values: twenty times as fast as arithmetic with each.
        return np.asarray(_table(low, high)[values], dtype=np.uint8)
    if values.dtype.kind != "f" and (low, high) == (0.0, 65535.0):
        return np.asarray(np.clip(values, 0, 65535) // 257, dtype=np.uint8)
    finite = np.nan_to_num(values.astype(np.float64), nan=min(low, high), posinf=max(low, high), neginf=min(low, high))
    return np.asarray(np.clip(np.round((finite - low) * (255.0 / (high - low))), 0, 255), dtype=np.uint8)


@lru_cache(maxsize=8)
def _table(low: float, high: float) -> NDArray[np.uint8]:
    return scaled(np.arange(65536, dtype=np.int32), low, high)


def _from_numbers(part: Image.Image, low: float, high: float) -> Image.Image:
    return Image.fromarray(scaled(np.asarray(part), low, high)).convert("RGB")


def _colour_conversion(image: Image.Image) -> Callable[[Image.Image], Image.Image] | None:
    """Return the conversion by the colour profile of an image; None if it has none, or one of sRGB."""
    space = "CMYK" if image.mode == "CMYK" else "LAB" if image.mode == "LAB" else "RGB"
    if image.mode in ("1", "L", "LA", "La"):
        space = "L"
    profile = image.info.get("icc_profile")
    if space != "LAB" and not (isinstance(profile, bytes) and 0 < len(profile) <= _MOST_PROFILE_BYTES):
        return None
    try:
        if space != "LAB" and _is_srgb(profile, space):
            return None
        transform = _transform(profile, space)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # A profile that is damaged, or for another colour space, is ignored as viewers do.
        return None
    if transform is None:
        return None
    return partial(_through, transform=transform, space=space)


def _through(part: Image.Image, transform: ImageCms.ImageCmsTransform, space: str) -> Image.Image:
    return transform.apply(part if part.mode == space else part.convert(space))


@lru_cache(maxsize=16)
def _is_srgb(profile: bytes, space: str) -> bool:
    """Return whether a profile leaves colours as they are; pixels of sRGB are never rounded by a conversion."""
    if space == "CMYK":
        return False
    transform = _transform(profile, space)
    if transform is None:
        return True
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    if space == "L":
        sample = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    else:
        sample = Image.fromarray(np.stack(np.meshgrid(levels, levels, levels), -1).reshape(27, 27, 3))
    difference = np.asarray(transform.apply(sample), int) - np.asarray(sample.convert("RGB"), int)
    return int(np.abs(difference).max()) <= _SAME_COLOUR


def _transform(profile: Any, space: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform from a colour space to sRGB; None if the profile is one of another space."""
    if space == "LAB":
        source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    else:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != {"L": "GRAY"}.get(space, space):
            return None
    target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    return ImageCms.buildTransform(source, target, space, "RGB", intent, flags)
