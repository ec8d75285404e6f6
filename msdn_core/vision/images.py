"""Opening image files of any kind: upright, RGB and bounded in size, or an ImageError with one sentence."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from msdn_core.errors import ImageError
from msdn_core.vision.image_formats import HAS_HEIF, IMAGE_FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

# Pillow refuses twice its own limit; below that it only warns, and images from a scanner are not an attack.
MAX_PIXELS = 2 * (Image.MAX_IMAGE_PIXELS or 89_478_485)
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)

_SIDEWAYS = (5, 6, 7, 8)

if HAS_HEIF:
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


def open_image(path: Path, *, max_side: int | None = None, min_side: int | None = None) -> Image.Image:
    """Return an image as upright 8-bit RGB; of an animation the first frame.

    16-bit values are scaled, CMYK and palettes converted, and transparency is put on white.

    Parameters
    ----------
    path
        The image file.
    max_side
        The maximum of the longer side in pixels.
    min_side
        Allows the decoder to scale down as long as the shorter side has at least that many pixels.

    Raises
    ------
    ImageError
        If the file is missing, incomplete, too large, or not an image of one of the ``IMAGE_FORMATS``.
    """
    with _image_errors(path), Image.open(path, formats=IMAGE_FORMATS) as image:
        _check_size(path, image)
        if max_side is not None:
            image.draft("RGB", (max_side, max_side))
        elif min_side is not None:
            image.draft("RGB", (min_side, min_side))
        image.load()
        upright = ImageOps.exif_transpose(image)
        picture = _as_rgb(upright if upright is not None else image)
        if max_side is not None:
            picture.thumbnail((max_side, max_side), Image.Resampling.BICUBIC, reducing_gap=2.0)
        return picture


def image_size(path: Path) -> tuple[int, int]:
    """Return width and height of the upright image from the file's header; raise ImageError as ``open_image`` does."""
    with _image_errors(path), Image.open(path, formats=IMAGE_FORMATS) as image:
        _check_size(path, image)
        width, height = image.size
        sideways = image.getexif().get(ExifTags.Base.Orientation) in _SIDEWAYS
        return (height, width) if sideways else (width, height)


def _check_size(path: Path, image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{path} has {width:,} × {height:,} pixels, more than the maximum of {MAX_PIXELS:,}; save a smaller copy."
        )
    if width < 1 or height < 1:
        raise ImageError(f"{path} has no pixels; replace or remove it.")


@contextmanager
def _image_errors(path: Path) -> Iterator[None]:
    """Turn the many errors of image decoders into ImageError with one sentence."""
    try:
        yield
    except ImageError:
        raise
    except FileNotFoundError as fault:
        raise ImageError(f"{path} does not exist; restore the file, or remove it from the project.") from fault
    except Image.DecompressionBombError as fault:
        raise ImageError(f"{path} has more pixels than the maximum of {MAX_PIXELS:,}; save a smaller copy.") from fault
    except UnidentifiedImageError as fault:
        formats = f"{', '.join(IMAGE_FORMATS[:-1])} or {IMAGE_FORMATS[-1]}"
        raise ImageError(
            f"{path} is not a readable image of the format {formats}; replace, convert or remove it."
        ) from fault
    except PermissionError as fault:
        raise ImageError(f"{path} cannot be read; change its permissions.") from fault
    except MemoryError as fault:
        raise ImageError(f"{path} does not fit in memory; save a smaller copy.") from fault
    except Exception as fault:  # Each decoder has errors of its own, and none of them may end more than this image.
        raise ImageError(f"{path} is damaged or incomplete ({fault}); replace or remove it.") from fault


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image.copy()
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_to_eight_bits(np.asarray(image))).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        foreground = image.convert("RGBA")
        white = Image.new("RGBA", foreground.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, foreground).convert("RGB")
    return image.convert("RGB")


def _to_eight_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Return 8-bit values: 16-bit integers by their full range, floats up to 1 by that range, others as they are."""
    if values.dtype.kind == "f":
        finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        scaled = finite * 255.0 if finite.max(initial=0.0) <= 1.0 else finite
        return np.asarray(np.clip(np.round(scaled), 0, 255), dtype=np.uint8)
    return np.asarray(np.clip(values, 0, 65535).astype(np.uint32) // 257, dtype=np.uint8)
