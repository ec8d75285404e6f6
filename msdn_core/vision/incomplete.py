"""Files of pictures that lack their end: what is there is decoded, and the missing rows are grey."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from io import BufferedReader

_END_OF_JPEG = b"\xff\xd9"
_GREY = 128
_GREY_BY_MODE: dict[str, int | tuple[int, ...]] = {
    "L": _GREY,
    "LA": (_GREY, 255),
    "RGB": (_GREY, _GREY, _GREY),
    "RGBA": (_GREY, _GREY, _GREY, 255),
}


class EndedJpeg(io.BufferedReader):
    """A JPEG file whose missing end is added, so that the decoder fills what was not read with grey.

    Pillow has a switch for this, but it applies to all threads, and does not tell what was missing.
    """

    def __init__(self, file: BufferedReader) -> None:
        super().__init__(file.raw)
        self._adds_end = False
        self.lacks_end = False

    def add_end(self) -> None:
        """Add the end from now on: the header is read before, and must be complete."""
        self._adds_end = True

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes of the file, after the last of them once the mark of its end."""
        content = super().read(size)
        if content or not size or not self._adds_end or self.lacks_end:
            return content
        self.lacks_end = True
        return _END_OF_JPEG


def fill_with_grey(image: Image.Image) -> None:
    """Make the pixels of an image grey before it is decoded, so that rows that cannot be decoded stay grey."""
    colour = _GREY_BY_MODE.get(image.mode)
    if image.mode == "P" and image.palette is not None:
        colours = np.frombuffer(bytes(image.palette.tobytes()), np.uint8).astype(int).reshape(-1, 3)
        colour = int(np.abs(colours - _GREY).sum(axis=1).argmin()) if len(colours) else None
    if colour is not None:
        image.im = Image.new(image.mode, image.size, colour).im


def is_grey(image: Image.Image) -> bool:
    """Return whether a decoded image is nothing but the grey of missing rows."""
    picture = image if image.mode in ("L", "RGB") else image.convert("RGB")
    extrema = picture.getextrema()
    bands = extrema if isinstance(extrema[0], tuple) else (extrema,)
    return all(abs(edge - _GREY) <= 1 for band in bands for edge in band)
