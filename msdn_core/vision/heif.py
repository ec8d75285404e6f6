"""HEIF pictures, the photographs of iPhones, are read with the extra ``heic``."""

from __future__ import annotations

import importlib

from PIL import Image

from msdn_core.vision.image_formats import HEIF_FORMAT, HEIF_PACKAGE, IMAGE_FORMATS

_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")


def _is_registered() -> bool:
    """Register the decoder with Pillow, and return whether there is one."""
    if HEIF_FORMAT not in IMAGE_FORMATS:
        return False
    try:
        # Embedded thumbnails are not decoded instead of the picture: its size would be another one.
        importlib.import_module(HEIF_PACKAGE).register_heif_opener(thumbnails=False)
    except Exception:  # A package that does not fit to this system must not keep other pictures from being opened.
        return False
    return HEIF_FORMAT in Image.OPEN


DECODED_FORMATS = tuple(kind for kind in IMAGE_FORMATS if kind != HEIF_FORMAT or _is_registered())


def is_heif(start: bytes) -> bool:
    """Return whether a file is a HEIF picture by its first twelve bytes."""
    return start[4:8] == b"ftyp" and start[8:12] in _BRANDS
