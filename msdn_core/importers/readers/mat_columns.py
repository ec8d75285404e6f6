"""The columns of a large matrix in a MATLAB file, a few at a time: ``features`` of ``res101.mat`` has half a GiB."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from msdn_core.errors import ImportFault
from msdn_core.importers.readers.mat_format import (
    COMPRESSED,
    MATRIX,
    NUMBER_TYPES,
    MatError,
    byte_order,
    matrix_head,
)
from msdn_core.safe_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_HEAD, _CHUNK = 4096, 1 << 20
_AT_ONCE = 1 << 24
_MOST_ROWS, _MOST_NUMBERS = 1 << 16, 1 << 30


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a matrix of numbers is in a MATLAB file of version 5 to 7."""

    path: Path
    rows: int
    columns: int
    dtype: np.dtype[Any]
    start: int
    """The position of the element in the file."""
    size: int
    """The bytes of the element, which may be compressed."""
    compressed: bool
    offset: int
    """The bytes before the first number in the element, unpacked."""

    def blocks(self) -> Iterator[NDArray[np.float64]]:
        """Yield the columns, in order, as (n, rows) arrays; raise ImportFault if the file is cut short or damaged."""
        width = self.rows * self.dtype.itemsize
        at_once = max(1, _AT_ONCE // width)
        try:
            with open_regular(self.path) as stream:
                stream.seek(self.start)
                read = _unpacker(stream, self.size) if self.compressed else stream.read
                _exactly(read, self.offset)
                for start in range(0, self.columns, at_once):
                    count = min(at_once, self.columns - start)
                    block = np.frombuffer(_exactly(read, count * width), self.dtype)
                    yield block.reshape(count, self.rows).astype(np.float64)
        except (zlib.error, EOFError) as error:
            raise ImportFault(f"{self.path} is cut short or damaged ({error}); download it again.") from error
        except OSError as error:
            raise ImportFault(
                f"The file {self.path} cannot be read ({error.strerror or error}); check the path."
            ) from error


def find_columns(path: Path, name: str) -> Columns | None:
    """Return where the matrix of numbers of this name is; None if the file has none.

    Raises
    ------
    ImportFault
        If the file is not in the format or is damaged, or the matrix is larger than any list of features.
    """
    try:
        with open_regular(path) as stream:
            return _find(stream, path, name)
    except MatError as error:
        raise ImportFault(f"{path} {error}.") from error
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error


def _find(stream: BinaryIO, path: Path, name: str) -> Columns | None:
    order = byte_order(stream.read(128))
    while len(tag := stream.read(8)) == 8:
        kind, size = (int(number) for number in np.frombuffer(tag, f"{order}u4"))
        start = stream.tell()
        content = stream.read(min(size, _HEAD))
        compressed = kind == COMPRESSED
        if compressed:
            try:
                # The element within begins with its own tag.
                content = zlib.decompressobj().decompress(content, _HEAD)[8:]
            except zlib.error as error:
                raise MatError(f"is damaged in a compressed variable ({error}); download it again") from error
        if compressed or kind == MATRIX:
            found = matrix_head(content, order)
            if found is not None and found.name == name:
                if found.data_type not in NUMBER_TYPES or len(found.shape) != 2:
                    return None
                rows, columns = found.shape
                dtype = np.dtype(order + NUMBER_TYPES[found.data_type])
                if not 1 <= rows <= _MOST_ROWS or math.prod(found.shape) > _MOST_NUMBERS:
                    raise MatError(f"has {name} of {rows:,}×{columns:,} numbers, which no list of features has")
                if found.data_size != rows * columns * dtype.itemsize:
                    raise MatError(f"has fewer or more numbers of {name} than it declares; download it again")
                return Columns(
                    path, rows, columns, dtype, start, size, compressed, found.data_start + (8 if compressed else 0)
                )
        stream.seek(start + size)
    return None


def _unpacker(stream: BinaryIO, size: int) -> Callable[[int], bytes]:
    """Return a function that unpacks a number of bytes of an element, or fewer."""
    unpack, left = zlib.decompressobj(), size

    def read(count: int) -> bytes:
        nonlocal left
        while not unpack.eof:
            packed = unpack.unconsumed_tail
            if not packed:
                packed = stream.read(min(left, _CHUNK))
                left -= len(packed)
            if not packed:
                break
            # It may take in bytes without giving any out yet.
            if content := unpack.decompress(packed, count):
                return content
        return b""

    return read


def _exactly(read: Callable[[int], bytes], count: int) -> bytearray:
    content = bytearray()
    while len(content) < count:
        part = read(count - len(content))
        if not part:
            raise EOFError("it ends within the numbers")
        content += part
    return content
