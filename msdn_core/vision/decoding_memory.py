"""The memory that decoding pictures takes: estimated from their headers, and limited for all threads together."""

from __future__ import annotations

import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from PIL import Image, TiffImagePlugin

from msdn_core.vision.wide_tiff import WideTiff

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 600 * 1024 * 1024
"""The memory that pictures may take while they are decoded, in all threads of a process together."""

_ORIENTATION, _BITS_PER_SAMPLE, _SAMPLES_PER_PIXEL, _ROWS_PER_STRIP = 274, 258, 277, 278
_TILE_WIDTH, _TILE_LENGTH = 322, 323
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)
_JPEG_SCAN = 0xDA
_J2K_SIZE, _J2K_CODING, _J2K_TILE_PART = 0xFF51, 0xFF52, 0xFF90

_BYTES_BY_MODE = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
# Bytes per pixel, as measured, of decoders that hold several copies of a picture, each for 8 bits and for more.
_WEBP = 17
_AVIF = {"L": (5, 7), "RGB": (11, 14), "RGBA": (13, 16)}
_HEIF = {"L": (5, 7), "RGB": (10, 12), "RGBA": (10, 13)}
_HEAD = 65536


class MemoryBudget:
    """A number of bytes that threads share; who asks for more than is free waits, in the order of asking."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._free = most
        self._order = threading.Lock()
        self._returned = threading.Condition()

    @contextmanager
    def reserved(self, amount: int) -> Iterator[None]:
        """Wait until ``amount`` bytes, at most ``most``, are free, and hold them during the block."""
        amount = min(amount, self.most)
        # Without an order, small pictures could keep a large one waiting forever.
        with self._order, self._returned:
            self._returned.wait_for(lambda: self._free >= amount)
            self._free -= amount
        try:
            yield
        finally:
            with self._returned:
                self._free += amount
                self._returned.notify_all()


DECODING = MemoryBudget(MOST_BYTES)


def stored_bytes(mode: str) -> int:
    """Return the bytes per pixel of an image of Pillow's ``mode`` in memory."""
    return _BYTES_BY_MODE.get(mode, 4)


def decoding_bytes(image: Image.Image, pixels: int, file_bytes: int, coded: CodedPicture) -> int:
    """Return the memory that decoding an opened image takes at most, the decoded image included.

    ``pixels`` is the number of pixels that it will be decoded at, ``coded`` what its file says about the coding.
    """
    stored = stored_bytes(image.mode)
    if isinstance(image, WideTiff):
        unpacked = pixels * image.bytes_per_pixel
        return max(3 * unpacked, 2 * file_bytes + unpacked) + pixels * stored
    if image.format in ("JPEG", "MPO"):
        return pixels * stored + coded.held_bytes
    if image.format == "WEBP":
        return pixels * _WEBP + file_bytes
    if image.format in ("AVIF", "HEIF"):
        ordinary, deep = (_AVIF if image.format == "AVIF" else _HEIF).get(image.mode, (16, 16))
        return pixels * (deep if coded.is_deep else ordinary) + file_bytes
    if image.format == "JPEG2000":
        # The tile at the scale that it is decoded at; openjpeg holds samples as 32-bit integers.
        tile = min(pixels, coded.tile_pixels)
        return pixels * stored + tile * 6 * len(image.getbands()) + file_bytes
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        turned = pixels * stored if image.tag_v2.get(_ORIENTATION, 1) != 1 else 0
        # Rows that are not compressed are read one by one; libtiff maps the file and unpacks a block of it.
        is_plain = image.info.get("compression") == "raw"
        unpacking = 0 if is_plain else _tiff_block_bytes(image, pixels) + file_bytes
        return pixels * stored + max(turned, unpacking)
    # The first frame of an animation may be put together from two.
    return pixels * stored * (2 if getattr(image, "is_animated", False) else 1)


def _tiff_block_bytes(image: TiffImagePlugin.TiffImageFile, pixels: int) -> int:
    """Return the memory of the buffer that libtiff decodes a strip or tile in."""
    tags = image.tag_v2
    rows, columns = tags.get(_ROWS_PER_STRIP, image.height), image.width
    if _TILE_WIDTH in tags:
        rows, columns = tags.get(_TILE_LENGTH, 0), tags[_TILE_WIDTH]
    elif isinstance(rows, int):
        rows = min(rows, max(image.size))
    if not isinstance(rows, int) or not isinstance(columns, int):
        return pixels * stored_bytes(image.mode)
    bits = tags.get(_BITS_PER_SAMPLE, (8,))
    samples = max(len(bits), tags.get(_SAMPLES_PER_PIXEL, 1))
    # A progressive JPEG in a strip holds coefficients of 16 bits, and YCbCr is converted to RGBA.
    copies = 2 if image.info.get("compression") == "jpeg" else 1
    return int(rows * columns * max(4, max(bits) * samples // 8) * copies)


@dataclass(frozen=True, slots=True)
class CodedPicture:
    """What the file of a picture says about its coding, beyond what Pillow tells."""

    held_bytes: int = 0
    """JPEG: the memory of the coefficients, if its components come in several scans."""
    is_deep: bool = False
    """AVIF, HEIF: whether it has more than 8 bits per channel."""
    tile_pixels: int = 0
    """JPEG 2000: the size of its largest tile."""
    most_scale: int = 1
    """JPEG, JPEG 2000: the largest power of two that its sides can be divided by while it is decoded."""
    size: tuple[int, int] | None = None
    """JPEG 2000: the width and height that the decoder goes by."""


def coded_picture(image: Image.Image, stream: IO[bytes]) -> CodedPicture:
    """Read the coding of an opened picture from its file; the position of the stream changes."""
    stream.seek(0)
    if image.format in ("JPEG", "MPO"):
        return CodedPicture(held_bytes=_jpeg_coefficient_bytes(stream), most_scale=8)
    if image.format in ("AVIF", "HEIF"):
        head = stream.read(_HEAD)
        place = head.find(b"pixi")
        # A box of pixel information: version and flags (4 bytes), the number of channels, the bits of each.
        channels = head[place + 9 : place + 9 + head[place + 8]] if 0 < place < len(head) - 12 else b""
        return CodedPicture(is_deep=max(channels, default=8) > 8)
    if image.format == "JPEG2000":
        return _jpeg_2000(stream)
    return CodedPicture()


def _jpeg_coefficient_bytes(stream: IO[bytes]) -> int:
    """Return the memory for all coefficients of a JPEG, 0 if its first scan has all components completely."""
    stream.read(2)
    frame, is_progressive = b"", False
    while len(marker := stream.read(2)) == 2:
        while marker[1] == 0xFF:
            marker = marker[1:] + stream.read(1)
        content = stream.read(max(0, int.from_bytes(stream.read(2)) - 2))
        if marker[1] in _JPEG_FRAMES:
            frame, is_progressive = content, marker[1] in _JPEG_PROGRESSIVE
        elif marker[1] == _JPEG_SCAN and len(frame) >= 6:
            if not is_progressive and content[:1] == frame[5:6]:
                return 0
            break
    height, width = struct.unpack(">HH", frame[1:5]) if len(frame) >= 6 else (0, 0)
    factors = [(byte >> 4, byte & 15) for byte in frame[7::3]]
    widest, highest = (max((factor[axis] for factor in factors), default=1) or 1 for axis in (0, 1))
    samples = sum(across * down for across, down in factors) / (widest * highest)
    return int(2 * samples * width * height)


def _jpeg_2000(stream: IO[bytes]) -> CodedPicture:
    """Read the main header of a JPEG 2000 codestream."""
    head = stream.read(_HEAD)
    place = head.find(b"\xff\x4f\xff\x51") + 2
    size, tile_pixels, levels = None, 0, 0
    while place >= 2 and len(head) >= place + 40:
        marker, length = struct.unpack_from(">HH", head, place)
        if marker == _J2K_SIZE:
            right, bottom, left, top, tile_width, tile_height = struct.unpack_from(">6I", head, place + 6)
            size = (right - left, bottom - top)
            tile_pixels = min(tile_width, size[0]) * min(tile_height, size[1])
        elif marker == _J2K_CODING:
            levels = head[place + 9]
            break
        elif marker == _J2K_TILE_PART or length < 2:
            break
        place += 2 + length
    return CodedPicture(tile_pixels=tile_pixels, most_scale=1 << min(levels, 8), size=size)
