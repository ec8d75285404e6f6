"""Write pictures as small WebP files: exact where the window is flat, of high quality where it shows photographs."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".webp"
_MAX_LOSSLESS = 90_000
"""Bytes that a lossless picture may take."""
_QUALITY = 86
"""Keeps small letters sharp and the colours of maps smooth, which a palette of 256 colours does not."""


def encode(picture: Image.Image) -> bytes:
    """Return a picture as WebP: lossless if that is small enough, otherwise at high quality."""
    source = picture.convert("RGB")
    exact = BytesIO()
    source.save(exact, "WEBP", lossless=True, quality=90, method=4)
    if exact.tell() <= _MAX_LOSSLESS:
        return exact.getvalue()
    lossy = BytesIO()
    source.save(lossy, "WEBP", quality=_QUALITY, method=6, use_sharp_yuv=True)
    return lossy.getvalue()


def encode_folder(source: Path, target: Path) -> int:
    """Encode every PNG of a folder into another one; return the bytes of all pictures written."""
    total = 0
    for file in sorted(source.glob("*.png")):
        with Image.open(file, formats=("PNG",)) as picture:
            total += (target / file.with_suffix(SUFFIX).name).write_bytes(encode(picture))
    return total
