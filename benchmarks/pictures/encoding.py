"""Write pictures as small PNG files: a palette keeps letters and lines of a window sharp, which JPEG does not."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image

LARGEST_FILE = 85_000
"""Bytes that a picture may take before it gets fewer colours."""
_COLOURS = (256, 160, 96)


def encode(picture: Image.Image) -> bytes:
    """Return a PNG with the most colours that fit into ``LARGEST_FILE``, or with 96 if none does.

    Colours are not dithered: dots on even areas look like dirt, and they make the file larger.
    """
    source = picture.convert("RGB")
    encoded = b""
    for colours in _COLOURS:
        reduced = source.quantize(colours, method=Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
        buffer = BytesIO()
        reduced.save(buffer, "PNG", optimize=True)
        encoded = buffer.getvalue()
        if len(encoded) <= LARGEST_FILE:
            break
    return encoded


def encode_again(folder: Path) -> int:
    """Encode every PNG of a folder that is larger than it needs to be; return the bytes of all of them."""
    total = 0
    for file in sorted(folder.glob("*.png")):
        with Image.open(file) as picture:
            # A palette loses colours each time it is made, so a picture that has one is left as it is.
            if picture.mode != "P":
                file.write_bytes(encode(picture))
        total += file.stat().st_size
    return total
