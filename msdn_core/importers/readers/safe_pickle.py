"""Reading the arrays of a pickled file without letting it run code.

A pickle names the functions that build its objects, and may name any. This reader knows the few that build numpy
arrays and torch tensors (these come out as numpy arrays, and torch is not needed), refuses all others by name, and lets
none of numpy's own take part.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from msdn_core.errors import ImportFault
from msdn_core.importers.readers.array_builders import (
    PLAIN_ARRAY,
    Array,
    Builder,
    RefusedError,
    Type,
    built,
    from_bytes,
    scalar,
)

MAX_BYTES = 2 * 1024**3
"""Larger files are no lists of splits or word vectors."""

_TORCH_TYPES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "?",
}
_TORCH_MAGIC = 0x1950A86A20F9469CFC6C
_MULTIARRAY = ("numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC = ("numpy.core.numeric", "numpy._core.numeric")


def load_arrays(path: Path) -> Any:
    """What a pickled file holds: numpy arrays, torch tensors as numpy arrays, plain numbers, texts and containers.

    Raises:
        ImportFault: if the file is too large, damaged, or names anything else that is to be called.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ImportFault(f"The file {path} is {size >> 20} MiB, more than the {MAX_BYTES >> 20} that are read.")
        with path.open("rb") as stream:
            return built(_ArrayUnpickler(stream).load_checked())
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error
    except RefusedError as error:
        raise ImportFault(
            f"The file {path} wants to call {error}, which a file of arrays has no need of, so it was not opened; "
            "get the file from its authors."
        ) from error
    except MemoryError as error:
        raise ImportFault(f"The file {path} asks for more memory than there is; it is damaged or hostile.") from error
    except Exception as error:  # A damaged pickle fails in as many ways as it has opcodes.
        raise ImportFault(
            f"The file {path} is not a pickled file of arrays, or is damaged ({type(error).__name__}); get it anew."
        ) from error


class _StorageType(str):
    """The name of one of torch's kinds of storage."""

    __slots__ = ()


class _ArrayUnpickler(pickle.Unpickler):
    """An unpickler that finds nothing but the builders of arrays."""

    def __init__(self, stream: BinaryIO, storage_bytes: int = 0) -> None:
        # Python 2 pickles keep array bytes in "strings"; latin1 gives them back as they are.
        super().__init__(stream, encoding="latin1")
        self._stream = stream
        self._storage_bytes = storage_bytes
        self.storages: dict[str, NDArray[Any]] = {}

    def load_checked(self) -> Any:
        """As ``load``, once each opcode's argument is seen to make sense: the unpickler makes room before it looks."""
        start = self._stream.tell()
        for count, (opcode, argument, _) in enumerate(pickletools.genops(self._stream)):
            if opcode.name.endswith("PUT") and isinstance(argument, int) and argument > count:
                raise pickle.UnpicklingError("a memo for more than there is")
        self._stream.seek(start)
        return self.load()

    def find_class(self, module: str, name: str) -> Any:
        found = _ALLOWED.get((module, name))
        if found is not None:
            return found
        if module == "torch" and name in _TORCH_TYPES:
            return _StorageType(name)
        raise RefusedError(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        """A torch storage that the legacy format writes after the pickle; filled by ``_load_torch_bytes``."""
        kind, dtype, key, _device, count = pid[:5]
        if kind != "storage" or not isinstance(dtype, _StorageType):
            raise RefusedError("something from outside the file")
        dtype = np.dtype(_TORCH_TYPES[dtype])
        if str(key) not in self.storages:
            self._storage_bytes -= int(count) * dtype.itemsize
            if int(count) < 0 or self._storage_bytes < 0:
                raise pickle.UnpicklingError("a storage larger than the file")
            self.storages[str(key)] = np.zeros(int(count), dtype)
        return self.storages[str(key)]


def _load_torch_bytes(data: bytes) -> Any:
    """A torch storage from the bytes of the format that torch wrote before its zip files.

    Four pickles (a magic number, a version, the writer's machine, the object), one of the storages' keys, and then
    each storage's count and raw numbers.
    """
    stream = io.BytesIO(data)
    if _ArrayUnpickler(stream).load_checked() != _TORCH_MAGIC:
        raise pickle.UnpicklingError("not torch's legacy format")
    _ArrayUnpickler(stream).load_checked()
    _ArrayUnpickler(stream).load_checked()
    unpickler = _ArrayUnpickler(stream, len(data))
    content = unpickler.load_checked()
    for key in _ArrayUnpickler(stream).load_checked():
        storage = unpickler.storages[str(key)]
        count = int.from_bytes(stream.read(8), "little", signed=True)
        raw = stream.read(storage.nbytes)
        if count != storage.size or len(raw) != storage.nbytes:
            raise pickle.UnpicklingError("a storage is cut short")
        storage[:] = np.frombuffer(raw, storage.dtype)
    return content


def _rebuild_tensor(storage: Any, offset: int, size: Any, stride: Any, *_: object) -> NDArray[Any]:
    """A tensor as a numpy array of its own; its place in the storage is checked, since strides reach anywhere."""
    sizes, strides = [int(n) for n in size], [int(n) for n in stride]
    if not isinstance(storage, np.ndarray) or len(sizes) != len(strides) or min([*sizes, *strides, offset, 0]) < 0:
        raise pickle.UnpicklingError("a tensor without a storage")
    last = offset + sum((n - 1) * step for n, step in zip(sizes, strides, strict=True))
    empty = 0 in sizes
    # Strides of 0 would make any amount of few numbers.
    if not empty and (last >= storage.size or math.prod(sizes) > storage.size):
        raise pickle.UnpicklingError("a tensor that reaches out of its storage")
    if empty:
        return np.zeros(sizes, storage.dtype)
    steps = [step * storage.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], sizes, steps).copy()


def _encode(text: str, encoding: str = "latin1") -> bytes:
    """How protocol 2 writes bytes."""
    return text.encode(encoding)


_FUNCTIONS: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "dtype"): Type,
    ("_codecs", "encode"): _encode,
    ("collections", "OrderedDict"): OrderedDict,
    ("torch.storage", "_load_from_bytes"): _load_torch_bytes,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    **{(module, "_reconstruct"): Array for module in _MULTIARRAY},
    **{(module, "scalar"): scalar for module in _MULTIARRAY},
    **{(module, "_frombuffer"): from_bytes for module in _NUMERIC},
}
_ALLOWED = {("numpy", "ndarray"): PLAIN_ARRAY} | {
    key: Builder(".".join(key), function) for key, function in _FUNCTIONS.items()
}
