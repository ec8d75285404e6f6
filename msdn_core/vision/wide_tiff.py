"""TIFF files whose samples Pillow does not know: floats in colour, doubles, half floats, many channels.

Pillow and libtiff do the unpacking: the file is given a header by which each of its rows is one of grey bytes.
"""

from __future__ import annotations

import io
import struct
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from PIL import ExifTags, Image, ImageFile, TiffImagePlugin

from msdn_core.vision.to_rgb import scaled, value_range

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = "wide TIFF"

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 256, 257, 258, 259, 262, 266
_STRIPS, _SAMPLES, _ROWS_PER_STRIP, _STRIP_BYTES, _PLANAR, _PREDICTOR = 273, 277, 278, 279, 284, 317
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES, _SAMPLE_FORMAT = 322, 323, 324, 325, 339
_KINDS = {1: "u", 2: "i", 3: "f"}
_BYTES_BY_KIND = {"u": (1, 2, 4, 8), "i": (1, 2, 4, 8), "f": (2, 4, 8)}
# None, LZW, two names of deflate, PackBits, LZMA, zstd: those that do not look into the samples.
_LOSSLESS = (1, 5, 8, 32946, 32773, 34925, 50000)
_LONG = 4
_ROWS_AT_ONCE = 64
_MOST_SAMPLES = 64


def is_misread(image: Image.Image) -> bool:
    """Return whether Pillow reads a TIFF file wrongly: it takes separate channels of 16 bits for some of 8."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    tags = image.tag_v2
    is_separate = tags.get(_PLANAR, 1) == 2 and tags.get(_COMPRESSION, 1) == 1
    return bool(is_separate and max(tags.get(_BITS, (1,))) > 8)


class WideTiff(ImageFile.ImageFile):
    """A TIFF file as an RGB image: its first three channels, or its first, over their common range."""

    format = FORMAT

    def _open(self) -> None:
        assert self.fp is not None
        head = self.fp.read(8)
        if head[2:3] == b"\x2b":
            head += self.fp.read(8)
        tags = TiffImagePlugin.ImageFileDirectory_v2(head)
        self.fp.seek(tags.next)
        tags.load(self.fp)
        self._tags = tags
        self._size = (int(tags[_WIDTH]), int(tags[_HEIGHT]))
        self._mode = "RGB"
        self._samples = int(tags.get(_SAMPLES, 1))
        bits, kinds = set(tags.get(_BITS, (1,))), set(tags.get(_SAMPLE_FORMAT, (1,)))
        kind = _KINDS.get(kinds.pop(), "") if len(kinds) == 1 else ""
        size = bits.pop() if len(bits) == 1 else 0
        count = 0 if size % 8 else size // 8
        if count not in _BYTES_BY_KIND.get(kind, ()) or not 0 < self._samples <= _MOST_SAMPLES:
            raise SyntaxError("samples of different or unknown kinds")
        if tags.get(_COMPRESSION, 1) not in _LOSSLESS:
            raise SyntaxError("unknown compression of such samples")
        self._type = np.dtype(f"{'<' if head[:2] == b'II' else '>'}{kind}{count}")
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = tags.get(ExifTags.Base.Orientation, 1)
        self.info["exif"] = exif.tobytes()

    @property
    def bytes_per_pixel(self) -> int:
        """The bytes of all samples of a pixel."""
        return self._samples * self._type.itemsize

    def load(self) -> Any:
        """Decode the pixels, once."""
        if self._im is None:
            assert self.fp is not None
            self.fp.seek(0)
            values = self._values(self.fp)
            self.im = Image.fromarray(_eight_bits(values, inverted=self._tags.get(_PHOTOMETRIC) == 0)).im
        return Image.Image.load(self)

    def _values(self, file: IO[bytes]) -> NDArray[Any]:
        """Return the samples as (H, W, samples)."""
        tags, (width, height) = self._tags, self.size
        is_planar = tags.get(_PLANAR, 1) == 2 and self._samples > 1
        stride = 1 if is_planar else self._samples
        planes = self._samples if is_planar else 1
        if _TILE_WIDTH in tags:
            columns, rows = int(tags[_TILE_WIDTH]), int(tags[_TILE_HEIGHT])
        else:
            columns, rows = width, min(int(tags.get(_ROWS_PER_STRIP, height)), height)
            if planes > 1 and height % rows:
                raise ValueError("strips of separate channels that are not equal")
        across, down = -(-width // columns), -(-height // rows)
        full_height = down * rows if _TILE_WIDTH in tags else height
        row_bytes = columns * stride * self._type.itemsize
        grey = _as_bytes(file, tags, (across * row_bytes, full_height * planes), (row_bytes, rows))
        found = _without_prediction(grey.reshape(-1, across, columns, stride, self._type.itemsize), self._type, tags)
        found = found.reshape(planes, full_height, across * columns, stride)[:, :height, :width]
        return found[0] if planes == 1 else np.moveaxis(found[..., 0], 0, -1)


def _as_bytes(file: IO[bytes], tags: Any, size: tuple[int, int], block: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the unpacked bytes of a TIFF file as rows of grey, ``size`` and ``block`` as width and height."""
    content = file.read()
    is_tiled = _TILES in tags
    entries = {
        _WIDTH: size[:1],
        _HEIGHT: size[1:],
        _BITS: (8,),
        _COMPRESSION: (tags.get(_COMPRESSION, 1),),
        _PHOTOMETRIC: (1,),
        _FILL_ORDER: (tags.get(_FILL_ORDER, 1),),
        _SAMPLES: (1,),
        **({_TILE_WIDTH: block[:1], _TILE_HEIGHT: block[1:]} if is_tiled else {_ROWS_PER_STRIP: block[1:]}),
    }
    for name in (_TILES, _TILE_BYTES) if is_tiled else (_STRIPS, _STRIP_BYTES):
        entries[name] = tuple(tags[name])
    directory, arrays = struct.pack("<H", len(entries)), b""
    start = len(content) + len(content) % 2
    after = start + 2 + 12 * len(entries) + 4
    for name, numbers in sorted(entries.items()):
        packed = struct.pack(f"<{len(numbers)}L", *numbers)
        value = packed if len(numbers) == 1 else struct.pack("<L", after + len(arrays))
        directory += struct.pack("<HHL", name, _LONG, len(numbers)) + value
        arrays += packed if len(numbers) > 1 else b""
    head = b"II*\0" + struct.pack("<L", start)
    whole = b"".join([head, content[8:], b"\0" * (start - len(content)), directory, b"\0" * 4, arrays])
    del content
    return np.asarray(TiffImagePlugin.TiffImageFile(io.BytesIO(whole)))


def _without_prediction(found: NDArray[np.uint8], kind: np.dtype[Any], tags: Any) -> NDArray[Any]:
    """Return (rows, blocks, columns, stride) samples from their bytes, undoing the differences to the one before."""
    predictor, count = tags.get(_PREDICTOR, 1), kind.itemsize
    if predictor == 1:
        return found.view(kind)[..., 0]
    if predictor == 2:
        whole = np.dtype(f"u{count}")
        return (
            found.view(whole.newbyteorder(kind.byteorder))[..., 0]
            .cumsum(axis=2, dtype=whole)
            .view(kind.newbyteorder("="))
        )
    if predictor != 3 or kind.kind != "f":
        raise ValueError("unknown predictor")
    # Rows of the first bytes of all samples, then of the second, each byte as the difference to the sample before.
    rows, blocks, columns, stride = found.shape[:4]
    sums = found.reshape(rows, blocks, -1, stride).cumsum(axis=2, dtype=np.uint8)
    planes = sums.reshape(rows, blocks, count, columns * stride)
    samples = np.ascontiguousarray(np.moveaxis(planes, 2, -1)).view(f">f{count}")
    return samples.reshape(rows, blocks, columns, stride)


def _eight_bits(values: NDArray[Any], *, inverted: bool) -> NDArray[np.uint8]:
    """Return (H, W, 3) 8-bit colours of the first three channels, or of the first."""
    values = values[..., : 3 if values.shape[2] >= 3 else 1]
    lowest, highest = np.inf, -np.inf
    parts = range(0, len(values), _ROWS_AT_ONCE)
    for top in parts:
        part = values[top : top + _ROWS_AT_ONCE]
        part = part[np.isfinite(part)]
        if part.size:
            lowest, highest = min(lowest, float(part.min())), max(highest, float(part.max()))
    low, high = value_range(lowest, highest, is_float=values.dtype.kind == "f")
    if values.dtype == np.uint8:
        low, high = 0.0, 255.0
    if inverted:
        low, high = high, low
    result = np.empty((*values.shape[:2], 3), np.uint8)
    for top in parts:
        result[top : top + _ROWS_AT_ONCE] = scaled(values[top : top + _ROWS_AT_ONCE], low, high)
    return result
