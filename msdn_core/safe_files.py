"""Reads files of strangers: only regular files, only up to a size, and with one kind of error for every damage.

Whatever a container raises while it is read (``zipfile``, ``zlib``, numpy, ``json``) becomes a ``FileError`` that names
the file and the place in it. Readers add what they know: what the file was for, and what to do.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from io import BufferedReader
    from pathlib import Path

    from numpy.typing import NDArray

_FREE_BYTES = 64 * 1024 * 1024
_MOST_RATIO = 20
"""Arrays of scores hardly compress; a file that unpacks to many times its size was made to do so."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What numpy writes. Others may ask for gigabytes of memory in a few bytes."""
_ENCRYPTED = 0x1
_MOST_WHOLE = 1 << 63
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading, as ``path.open("rb")`` does, and never wait for it.

    Raises
    ------
    OSError
        If the file cannot be opened, or is a pipe, a socket, a device or a folder. Opening a pipe would wait for a
        writer, and a device may never end.
    """
    # Opening a device may have effects, so its kind is checked before; after opening it is certain.
    _check_kind(path.stat(), path)
    return open(path, "rb", opener=_open_at_once)


def _open_at_once(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    try:
        _check_kind(os.fstat(descriptor), path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _check_kind(status: os.stat_result, path: Path | str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Turn every exception of the block into a ``FileError`` for ``path``.

    The libraries that read containers raise exceptions of any type, some of them undocumented, when a file is damaged.
    """
    try:
        yield
    except FileError:
        raise
    except FileNotFoundError as fault:
        raise FileError(path, "it does not exist", missing=True) from fault
    except OSError as fault:
        raise FileError(path, fault.strerror or str(fault)) from fault
    except MemoryError as fault:
        raise FileError(path, "it needs more memory than there is") from fault
    except Exception as fault:
        raise FileError(path, str(fault) or f"it is damaged: {type(fault).__name__}") from fault


def read_bytes(path: Path, most: int) -> bytes:
    """Return the content of a regular file of at most ``most`` bytes; raise FileError if it cannot be read."""
    with file_errors(path), open_regular(path) as stream:
        content = stream.read(most + 1)
        if len(content) > most:
            raise ValueError(f"it is larger than {_size_text(most)}")
        return content


def read_json(path: Path, most: int, *, finite: bool = True) -> Any:
    """Return the value in a JSON file of at most ``most`` bytes.

    Raises
    ------
    FileError
        If the file cannot be read or is not JSON (see ``parse_json``); the reason names the line and column, or the
        entry.
    """
    content = read_bytes(path, most)
    with file_errors(path):
        return parse_json(content, finite=finite)


def parse_json(content: bytes | str, *, finite: bool = True) -> Any:
    """Return the value of a JSON text that may come from a stranger.

    ``finite`` refuses NaN, infinite numbers, and whole numbers of more than 64 bits, so that no later use of a number
    fails by its size; otherwise the reader checks them.

    Raises
    ------
    ValueError
        If the text is not JSON, is nested too deeply, is not UTF-8 (or UTF-16 with evidence of it), or contains half
        a surrogate pair, which cannot be written to any file.
    """
    text = _decode(content) if isinstance(content, bytes) else content
    try:
        value = (_FINITE if finite else _ANY_NUMBERS).decode(text)
    except RecursionError as fault:
        raise ValueError("it is nested too deeply") from fault
    if _ESCAPED_SURROGATE.search(text) or _SURROGATE.search(text):
        _refuse_surrogates(value)
    return value


def _decode(content: bytes) -> str:
    encoding = json.detect_encoding(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise ValueError(f"line {line} is not text in {encoding.upper().removesuffix('-SIG')}") from fault


def _parse_whole(text: str) -> int:
    # Python limits the digits that it converts.
    value = int(text) if len(text) <= 20 else _MOST_WHOLE
    if not -_MOST_WHOLE <= value < _MOST_WHOLE:
        raise ValueError(f"the number {text[:20]}… is too large")
    return value


def _parse_any_whole(text: str) -> int | float:
    """Return a whole number, as a float if it has more than 64 bits."""
    try:
        return _parse_whole(text)
    except ValueError:
        return float(text)


def _parse_finite(text: str) -> float:
    value = float(text)
    if value - value != 0:
        raise ValueError(f"the number {text[:20]} is too large")
    return value


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number")


_FINITE = json.JSONDecoder(parse_int=_parse_whole, parse_float=_parse_finite, parse_constant=_refuse_constant)
_ANY_NUMBERS = json.JSONDecoder(parse_int=_parse_any_whole)


def _refuse_surrogates(value: Any) -> None:
    """Raise ValueError if a text in a JSON value contains half a surrogate pair."""
    places = [("", value)]
    while places:
        place, value = places.pop()
        if isinstance(value, str):
            if _SURROGATE.search(value):
                raise ValueError(f"the text at {place or 'the top'} contains half a character (a lone surrogate)")
        elif isinstance(value, dict):
            for name, entry in value.items():
                if _SURROGATE.search(name):
                    raise ValueError(f"a name in {place or 'the top'} contains half a character (a lone surrogate)")
                places.append((f"{place}.{name}" if place else name, entry))
        elif isinstance(value, list):
            places += ((f"{place}[{index}]", entry) for index, entry in enumerate(value))


def read_arrays(
    path: Path, names: Collection[str], most: int, *, newest: int | None = None, optional: Collection[str] = ()
) -> dict[str, NDArray[Any]]:
    """Return arrays of an ``.npz`` file that unpack to at most ``most`` bytes; other arrays in it are not unpacked.

    ``newest`` is the newest format that is known, of a file that has its own in ``format``. Arrays in ``optional`` are
    returned if the file has them.

    Raises
    ------
    FileError
        If the file cannot be read or was written by a newer version, an array is missing or holds objects or what is no
        text, or the file would unpack to a suspicious multiple of its size.
    """
    every = [*names, "format"] if newest is not None else names
    with file_errors(path), open_regular(path) as stream:
        _check_archive(stream, {f"{name}.npy" for name in every}, {f"{name}.npy" for name in optional}, most)
        stream.seek(0)
        with np.load(stream, allow_pickle=False) as archive:
            if newest is not None and int(_read_array(archive, "format")) > newest:
                raise ValueError("it was written by a newer version")
            present = [name for name in optional if name in archive.files]
            return {name: _read_array(archive, name) for name in (*names, *present)}


def _check_archive(stream: BufferedReader, files: set[str], optional: set[str], most: int) -> None:
    with zipfile.ZipFile(stream) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename in files | optional]
    size, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if size > min(most, max(_FREE_BYTES, _MOST_RATIO * packed)):
        raise ValueError(f"it would unpack to {_size_text(size)}")
    missing = files - {entry.filename for entry in entries}
    if missing:
        raise ValueError(f"“{min(missing).removesuffix('.npy')}” is missing")
    for entry in entries:
        if entry.compress_type not in _METHODS or entry.flag_bits & _ENCRYPTED:
            raise ValueError(f"“{entry.filename}” is encrypted or packed in a way that numpy does not write")


def _read_array(archive: Any, name: str) -> NDArray[Any]:
    try:
        # Without the ending, an entry of just this name would be read in its place, unpacked to any size.
        array = np.asarray(archive[f"{name}.npy"])
    except MemoryError:
        raise
    except Exception as fault:
        raise ValueError(f"“{name}”: {fault or type(fault).__name__}") from fault
    if array.dtype.kind == "U" and array.nbytes:
        codes = np.ascontiguousarray(array).view(array.dtype.byteorder.replace("=", "") + "u4")
        if ((codes > 0x10FFFF) | ((codes >= 0xD800) & (codes <= 0xDFFF))).any():
            raise ValueError(f"“{name}” contains what is no character")
    return array


def _size_text(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MiB" if size >= 1 << 20 else f"{size:,} bytes"
