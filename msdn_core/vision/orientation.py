"""The orientation of a picture, from its header alone, so that its size and its pixels always agree."""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING

from PIL import ExifTags, Image, TiffImagePlugin

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRANSPOSITIONS: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)
_WIDTH, _HEIGHT = 256, 257
_PNG_SIGNATURE_BYTES = 8
_MOST_EXIF_BYTES = 1 << 20


def orientation(image: Image.Image, stream: IO[bytes]) -> int:
    """Return the EXIF orientation of an opened picture, 1 if it is upright or its metadata are damaged.

    The position of ``stream``, its file, changes.
    """
    try:
        # The method of PNG files would decode the whole picture.
        found = Image.Image.getexif(image).get(ExifTags.Base.Orientation)
        if found is None and image.format == "PNG":
            found = _after_pixels(stream)
    except Exception:  # Damaged metadata are no reason to refuse the pixels.
        return 1
    return found if isinstance(found, int) and found in _TRANSPOSITIONS else 1


def upright_size(image: Image.Image, stream: IO[bytes]) -> tuple[int, int]:
    """Return the width and height of an opened picture when it is upright; the position of ``stream`` changes."""
    width, height = image.size
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        # Pillow reports the size that it will have, or not, depending on its version and where the orientation is.
        width, height = image.tag_v2[_WIDTH], image.tag_v2[_HEIGHT]
    return (height, width) if orientation(image, stream) in _SIDEWAYS else (width, height)


def upright(picture: Image.Image, orientation: int) -> Image.Image:
    """Return a picture of that EXIF orientation upright."""
    method = _TRANSPOSITIONS.get(orientation)
    return picture if method is None else picture.transpose(method)


def _after_pixels(stream: IO[bytes]) -> int | None:
    """Return the orientation in the EXIF chunk of a PNG file that comes after its pixels."""
    stream.seek(_PNG_SIGNATURE_BYTES)
    while len(head := stream.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind == b"eXIf" and length <= _MOST_EXIF_BYTES:
            exif = Image.Exif()
            exif.load(b"Exif\0\0" + stream.read(length))
            found = exif.get(ExifTags.Base.Orientation)
            return found if isinstance(found, int) else None
        if kind == b"IEND":
            break
        stream.seek(length + 4, 1)
    return None
