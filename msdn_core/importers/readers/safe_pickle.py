"""Reads the arrays in a pickled file without running its code.

A pickle names the functions that build its objects, and can name any. This reader knows the few that build numpy
arrays and torch tensors (which become numpy arrays, without torch), refuses all others by name, and calls none of
numpy's own.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from msdn_core.errors import ImportFault
from msdn_core.file_kinds import unexpected_kind
from msdn_core.importers.readers.array_builders import (
    PLAIN_ARRAY,
    Array,
    Builder,
    RefusedError,
    Type,
    build_arrays,
    from_bytes,
    scalar,
)
from msdn_core.safe_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

MAX_BYTES = 2 * 1024**3
"""Larger files are not lists of splits or word vectors."""
MOST_STEPS = 10_000_000
"""Twice those of a pickled dictionary of all words of GloVe; a step may be one byte, and takes about a microsecond."""

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
    """Return the content of a pickled file: numpy arrays, torch tensors as numpy arrays, numbers, texts, containers.

    Raises
    ------
    ImportFault
        If the file is too large, damaged, or names anything else to call.
    """
    if other := unexpected_kind(path):
        raise ImportFault(f"{path} {other}.")
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ImportFault(
                f"The file {path} has {size >> 20} MiB, more than the limit of {MAX_BYTES >> 20}; choose another file."
            )
        with open_regular(path) as stream:
            return build_arrays(_ArrayUnpickler(stream).load_checked())
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error
    except RefusedError as error:
        raise ImportFault(
            f"The file {path} calls {error}, which a file of arrays does not need, so it was not opened; download the "
            "file from its authors."
        ) from error
    except MemoryError as error:
        raise ImportFault(
            f"The file {path} needs more memory than there is, so it is damaged or malicious; download it again."
        ) from error
    except Exception as error:  # A damaged pickle fails in many ways.
        raise ImportFault(
            f"The file {path} is not a pickle of arrays, or is damaged ({type(error).__name__}); download it again."
        ) from error


class _StorageType(str):
    """The name of one of torch's storage types."""

    __slots__ = ()


class _ArrayUnpickler(pickle.Unpickler):
    """An unpickler that finds only the builders of arrays."""

    def __init__(self, stream: BinaryIO, storage_bytes: int = 0) -> None:
        # Python 2 pickles store the bytes of arrays as strings; latin1 returns them unchanged.
        super().__init__(stream, encoding="latin1")
        self._stream = stream
        self._storage_bytes = storage_bytes
        self.storages: dict[str, NDArray[Any]] = {}

    def load_checked(self) -> Any:
        """Load after checking the argument of each opcode: the unpickler allocates memory before it checks."""
        start = self._stream.tell()
        for count, (opcode, argument, _) in enumerate(pickletools.genops(self._stream)):
            if count > MOST_STEPS:
                raise pickle.UnpicklingError("more objects than lists or word vectors have")
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
        """Return a torch storage, which the legacy format writes after the pickle; ``_load_torch_bytes`` fills it."""
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
    """Return the object in torch's legacy format, from before its zip files.

    The format is four pickles (a magic number, a version, the machine, the object), a pickle of the storages' keys,
    and then the count and raw numbers of each storage.
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
            raise pickle.UnpicklingError("a storage that is cut short")
        storage[:] = np.frombuffer(raw, storage.dtype)
    return content


def _rebuild_tensor(storage: Any, offset: int, size: Any, stride: Any, *_: object) -> NDArray[Any]:
    """Return a tensor as a new numpy array, after checking that its strides stay within the storage."""
    sizes, strides = [int(n) for n in size], [int(n) for n in stride]
    if not isinstance(storage, np.ndarray) or len(sizes) != len(strides) or min([*sizes, *strides, offset, 0]) < 0:
        raise pickle.UnpicklingError("a tensor without a storage")
    last = offset + sum((n - 1) * step for n, step in zip(sizes, strides, strict=True))
    empty = 0 in sizes
    # Strides of 0 would turn few numbers into any amount.
    if not empty and (last >= storage.size or math.prod(sizes) > storage.size):
        raise pickle.UnpicklingError("a tensor that reaches out of its storage")
    if empty:
        return np.zeros(sizes, storage.dtype)
    steps = [step * storage.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], sizes, steps).copy()


def _encode(text: str, encoding: str = "latin1") -> bytes:
    """Return the bytes that protocol 2 writes as text."""
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
