"""MATLAB's file format of versions 5 to 7, as far as lists and tables need it: numbers, texts, and cells of them.

Such files come from unknown sources, and the usual compiled reader has crashed on damaged ones. This reader follows
MathWorks' description of the format ("MAT-File Format", level 5), checks every size before using it, and limits what a
compressed variable may unpack to. Other variables (structures, objects, sparse matrices) are skipped.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

MAX_UNPACKED = 200_000_000
"""The most bytes of a variable, unpacked: enough for the class vectors and labels of any data set."""
_MAX_CELLS = 5_000_000
_MAX_DEPTH = 8
_HEADER, _PEEK = 128, 4096

NUMBER_TYPES = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8", 16: "u1", 17: "u2",
    18: "u4",
}  # fmt: skip
MATRIX, COMPRESSED, _UTF8, _UTF16, _UTF32 = 14, 15, 16, 17, 18
_CELL, _CHAR = 1, 4
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}


class MatError(Exception):
    """A fault of a file, as the end of a sentence that begins with its name."""


def read_variables(stream: BinaryIO, names: frozenset[str]) -> dict[str, Any]:
    """Return the variables of these names; raise MatError if the file is not in this format or is damaged."""
    order = byte_order(stream.read(_HEADER))
    found: dict[str, Any] = {}
    while tag := stream.read(8):
        if len(tag) < 8:
            raise MatError("is cut short; download it again")
        kind, size = (int(number) for number in np.frombuffer(tag, f"{order}u4"))
        start = stream.tell()
        if kind == COMPRESSED:
            content = _unpacked(stream, size, order, names)
        elif kind == MATRIX and size and _Matrix(stream.read(min(size, _PEEK)), order).name() in names:
            stream.seek(start)
            content = _read(stream, size)
        else:
            content = b""
        if content:
            name, value = _Matrix(content, order).variable()
            if value is not None:
                found[name] = value
        stream.seek(start + size)
    return found


def byte_order(header: bytes) -> str:
    """Return the byte order of a file by its first 128 bytes; raise MatError if it is not in this format."""
    if header.startswith(b"MATLAB 7.3"):
        raise MatError("is a MATLAB file of version 7.3; save it in MATLAB with the option -v7")
    order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
    if order is None:
        raise MatError("is not a MATLAB file of version 5 to 7; download it again")
    return order


@dataclass(frozen=True, slots=True)
class MatrixHead:
    """A variable of numbers before its numbers are read."""

    name: str
    shape: tuple[int, ...]
    data_type: int
    data_start: int
    """The position of the first number in the content of the matrix."""
    data_size: int


def matrix_head(content: bytes, order: str) -> MatrixHead | None:
    """Return the head of a variable by the first bytes of its content; None if they do not have it whole."""
    try:
        name, shape = _Matrix(content, order).name_and_shape()
    except MatError:
        return None
    at = 0
    for _ in range(4):
        tag = np.frombuffer(content[at : at + 8].ljust(8, b"\0"), f"{order}u4")
        first, size = int(tag[0]), int(tag[1])
        # A short element has its content in the second half of its tag.
        kind, size, start = (first & 0xFFFF, first >> 16, at + 4) if first >> 16 else (first, size, at + 8)
        at += 8 if first >> 16 else 8 + -(-size // 8) * 8
    return MatrixHead(name, shape, kind, start, size)


def _read(stream: BinaryIO, size: int) -> bytes:
    if size > MAX_UNPACKED:
        raise MatError(f"has a variable of {size >> 20} MiB, which no such list has; download it again")
    content = stream.read(size)
    if len(content) < size:
        raise MatError("is cut short; download it again")
    return content


def _unpacked(stream: BinaryIO, packed: int, order: str, names: frozenset[str]) -> bytes:
    """Return the matrix in a compressed element, or nothing if its name is not requested."""
    start = stream.tell()
    try:
        head = zlib.decompressobj().decompress(stream.read(min(packed, _PEEK)), _PEEK)
        kind, size = (int(number) for number in np.frombuffer(head[:8], f"{order}u4"))
        if kind != MATRIX or _Matrix(head[8:], order).name() not in names:
            return b""
        if size > MAX_UNPACKED:
            raise MatError(f"unpacks to a variable of {size >> 20} MiB, which no such list has; download it again")
        stream.seek(start)
        whole = zlib.decompressobj().decompress(_read(stream, packed), size + 8)
    except (zlib.error, ValueError) as error:
        raise MatError(f"is damaged in a compressed variable ({error}); download it again") from error
    if len(whole) < size + 8:
        raise MatError("is cut short in a compressed variable; download it again")
    return whole[8:]


class _Matrix:
    """One variable or cell: its class, shape, name and data in this order."""

    def __init__(self, content: bytes, order: str) -> None:
        self._elements = _elements(content, order)
        self._order = order

    def _head(self) -> tuple[int, tuple[int, ...], str]:
        flags = self._numbers()
        shape = tuple(int(side) for side in self._numbers())
        name = self._numbers().astype(np.uint8).tobytes().decode("latin1")
        if not len(flags) or len(shape) < 2 or min(shape) < 0:
            raise MatError("has a variable without class or shape; download it again")
        return int(flags[0]) & 0xFF, shape, name

    def name_and_shape(self) -> tuple[str, tuple[int, ...]]:
        """Return the variable's name and shape; nothing if it is not of numbers."""
        kind, shape, name = self._head()
        if kind not in _CLASSES:
            raise MatError("has something other than numbers")
        return name, shape

    def name(self) -> str:
        """Return only the variable's name."""
        return self._head()[2]

    def variable(self) -> tuple[str, Any]:
        """Return name and value; the value is None for a kind that is skipped."""
        kind, shape, name = self._head()
        return name, self._value(kind, shape, _MAX_DEPTH)

    def _value(self, kind: int, shape: tuple[int, ...], depth: int) -> NDArray[Any] | None:
        count = math.prod(shape)
        if kind == _CELL:
            return self._cells(count, shape, depth)
        if kind == _CHAR:
            return self._characters(count, shape)
        if kind not in _CLASSES:
            return None
        numbers = self._numbers() if count else np.zeros(0)
        if len(numbers) != count:
            raise MatError(f"has a variable of {count} numbers and {len(numbers)} in it; download it again")
        with np.errstate(invalid="ignore"):
            return numbers.astype(_CLASSES[kind]).reshape(shape, order="F")

    def _cells(self, count: int, shape: tuple[int, ...], depth: int) -> NDArray[Any]:
        if count > _MAX_CELLS or depth == 0:
            raise MatError("has far too many cells, or cells in cells; download it again")
        # The array is not made before all its cells have been found.
        values = []
        for _ in range(count):
            kind, content = next(self._elements, (0, b""))
            if kind != MATRIX:
                raise MatError("has fewer cells than it declares; download it again")
            values.append(_Matrix(content, self._order)._cell(depth - 1) if content else np.zeros((0, 0)))
        cells = np.empty(count, dtype=object)
        cells[:] = values
        return cells.reshape(shape, order="F")

    def _cell(self, depth: int) -> Any:
        kind, shape, _ = self._head()
        value = self._value(kind, shape, depth)
        # One row of characters is a text.
        return value.item() if value is not None and kind == _CHAR and value.size == 1 else value

    def _characters(self, count: int, shape: tuple[int, ...]) -> NDArray[np.str_]:
        """Return (m,) texts, one per row of characters."""
        kind, content = next(self._elements, (0, b"")) if count else (_UTF8, b"")
        try:
            if kind == _UTF8:
                text = content.decode("utf-8")
            elif kind in (_UTF16, _UTF32, 4):
                width = 32 if kind == _UTF32 else 16
                text = content.decode(f"utf-{width}-{'le' if self._order == '<' else 'be'}")
            else:
                text = content.decode("latin1")
        except UnicodeDecodeError as error:
            raise MatError(f"has a text that is not valid ({error.reason}); download it again") from error
        rows = shape[0]
        # In UTF-16 and UTF-8 a character may take several units, so the length of a single row is not checked.
        if rows > 1 and len(text) != count:
            raise MatError(f"has a text of {count} characters and {len(text)} in it; download it again")
        return np.array([text[row::rows] for row in range(rows)] if rows > 1 else [text])

    def _numbers(self) -> NDArray[Any]:
        kind, content = next(self._elements, (0, b""))
        if kind not in NUMBER_TYPES:
            raise MatError("has a variable without its numbers; download it again")
        dtype = np.dtype(self._order + NUMBER_TYPES[kind])
        return np.frombuffer(content, dtype, len(content) // dtype.itemsize)


def _elements(content: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and content of each element; a short one has its content in the second half of its tag."""
    at = 0
    view = memoryview(content)
    while at + 8 <= len(view):
        first, size = (int(number) for number in np.frombuffer(view[at : at + 8], f"{order}u4"))
        if first >> 16:
            kind, size, start, step = first & 0xFFFF, first >> 16, at + 4, 8
            if size > 4:
                raise MatError("has a short element that is too long; download it again")
        else:
            kind, start, step = first, at + 8, 8 + -(-size // 8) * 8
            if start + size > len(view):
                raise MatError("has an element that goes beyond its variable; download it again")
        yield kind, bytes(view[start : start + size])
        at += step
