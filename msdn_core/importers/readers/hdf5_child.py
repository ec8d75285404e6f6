"""The process that opens HDF5 files of strangers: ``python -m msdn_core.importers.readers.hdf5_child REQUEST``.

A damaged file can make the library loop, need any amount of memory, or crash, and Python cannot interrupt it. Here it
ends this process, and not the program. Only data in the file itself is read, and only as much as a list can have.

The request is a JSON object. The answer on standard output is lines: ``P DONE`` for each step that is done, then one of
``F TEXT`` for a fault, ``W ERRNO`` if the target cannot be written, or ``R LENGTH`` and that many bytes of an ``.npz``
file.
"""

from __future__ import annotations

import io
import json
import math
import signal
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import h5py
import numpy as np
import psutil

from msdn_core.errors import ImportFault, MsdnError
from msdn_core.importers.readers.hdf5_files import NORMALISED, not_finite
from msdn_core.vision.mapped import first_not_finite, normalize_regions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

MAX_NUMBERS = 20_000_000
"""The most numbers in a list or a table of class vectors."""
_MAX_TEXT, _MAX_TEXTS, _MAX_TEXT_BYTES = 4096, 5_000_000, 1 << 28
_MEMORY = 1 << 30
"""The memory in bytes that reading may need."""
_PACKED_AT_MOST = 1100
"""The highest compression that HDF5 reaches: a file that claims more would fill the disk with nothing."""
_BLOCK = 1 << 26


class TargetError(MsdnError):
    """The target of a copy cannot be written; its argument is the number of the system's error."""


def main(text: str, out: BinaryIO) -> None:
    """Answer one request."""
    request = json.loads(text)
    start_anew = _limit(float(request["seconds"]))

    def step(done: int) -> None:
        start_anew()
        _write(out, f"P {done}\n")

    try:
        answer: dict[str, Any] = copy_maps(request, step) if "target" in request else read_content(request)
    except TargetError as fault:
        _write(out, f"W {fault.args[0]}\n")
        return
    except MsdnError as fault:
        _write(out, f"F {json.dumps(str(fault))}\n")
        return
    buffer = io.BytesIO()
    np.savez(buffer, **answer)
    _write(out, f"R {buffer.tell()}\n")
    out.write(buffer.getvalue())
    out.flush()


def _write(out: BinaryIO, line: str) -> None:
    out.write(line.encode("ascii"))
    out.flush()


def _limit(seconds: float) -> Callable[[], object]:
    """Limit this process, where the system can, and return a function that starts the limit of time anew.

    The limit ends the process within the library, where no Python code runs, and also if the program has ended.
    """
    with suppress(ImportError, OSError, ValueError):
        import resource

        most = psutil.Process().memory_info().vms + _MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    if sys.platform == "win32":
        return lambda: None
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    return lambda: signal.setitimer(signal.ITIMER_PROF, seconds)


def read_content(request: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Return lists and tables, texts, attributes, and where the maps are, as arrays for ``Hdf5Content``."""
    path = Path(request["path"])
    with open_hdf5(path) as file:
        described: dict[str, Any] = {
            "maps": _place(file, request["maps"], path),
            "texts": {name: texts(file, name, path) for name in request["texts"]},
            "attributes": {name: _attribute(file.attrs, name) for name in request["attributes"]},
        }
        found = {name: numbers(file, name, path) for name in request["numbers"]}
    described["numbers"] = [name for name, values in found.items() if values is not None]
    arrays = {f"numbers_{place}": np.asarray(found[name]) for place, name in enumerate(described["numbers"])}
    return {"described": np.frombuffer(json.dumps(described).encode("ascii"), np.uint8), **arrays}


def _attribute(attributes: Any, name: str) -> str | bool | None:
    """Return a text, or whether an attribute is set."""
    value = attributes.get(name)
    return value if isinstance(value, str) or value is None else bool(value)


def _place(file: h5py.File, name: str, path: Path) -> dict[str, Any] | None:
    maps = dataset(file, name, path)
    if maps is None:
        return None
    offset = maps.id.get_offset() if maps.chunks is None else None
    if offset is None and maps.nbytes > _PACKED_AT_MOST * max(maps.id.get_storage_size(), 1):
        raise ImportFault(f"{path}: most of {name} is missing from the file; download the file again.")
    return {
        "shape": [int(side) for side in maps.shape or ()],
        "dtype": maps.dtype.str,
        "offset": None if offset is None else int(offset),
        "normalised": bool(maps.attrs.get(NORMALISED, False)),
    }


def copy_maps(request: Mapping[str, Any], progress: Callable[[int], object]) -> dict[str, NDArray[Any]]:
    """Write maps as normalised (N, C, R) float16; return an array ``none`` for an answer."""
    path, name = Path(request["path"]), request["maps"]
    count, channels, regions = request["shape"]
    at_once = max(1, min(32, _BLOCK // (8 * channels * regions)))
    with open_hdf5(path) as file, Path(request["target"]).open("wb") as out:
        maps = dataset(file, name, path)
        if maps is None or math.prod(maps.shape or ()) != count * channels * regions:
            raise ImportFault(f"{path} changed while it was read; import it again.")
        normalised = bool(maps.attrs.get(NORMALISED, False))
        for start in range(0, count, at_once):
            block = np.asarray(maps[start : start + at_once])
            if request["channels_last"]:
                block = np.moveaxis(block.reshape(-1, regions, channels), 2, 1)
            block = block.reshape(-1, channels, regions)
            wrong = first_not_finite(block)
            if wrong is not None:
                raise not_finite(path, name, start + wrong)
            try:
                out.write(normalize_regions(block, normalised=normalised).astype(np.float16).tobytes())
                out.flush()
            except OSError as fault:
                raise TargetError(fault.errno or 0) from fault
            progress(min(start + at_once, count))
    return {"none": np.zeros(0)}


@contextmanager
def open_hdf5(path: Path) -> Iterator[h5py.File]:
    """Open a file for reading; every failure of it, or of what is done with it, is an ImportFault."""
    try:
        with h5py.File(path, "r") as file:
            yield file
    except MsdnError:
        raise
    except MemoryError as error:
        raise ImportFault(
            f"{path} needs more memory than there is; it is damaged or malicious, so download it again."
        ) from error
    except Exception as error:  # The library has no error class: it raises many kinds.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ImportFault(f"{path} is not a complete HDF5 file ({reason}); download it again.") from error


def dataset(file: h5py.File, name: str, path: Path) -> h5py.Dataset | None:
    """Return a dataset, or None if it does not exist; raise ImportFault if its data is in another file."""
    if name not in file:
        return None
    link = file.get(name, getlink=True)
    found = file[name] if isinstance(link, h5py.HardLink) else None
    if not isinstance(found, h5py.Dataset):
        raise ImportFault(f"{path}: {name} is not a dataset of this file; download the file again.")
    if found.external or found.is_virtual:
        raise ImportFault(
            f"{path}: {name} is stored in another file, which is not allowed; choose a file that contains it."
        )
    return found


def numbers(file: h5py.File, name: str, path: Path) -> NDArray[Any] | None:
    """Return all numbers of a small dataset, or None if it does not exist."""
    found = dataset(file, name, path)
    if found is None:
        return None
    if found.dtype.kind not in "fiu" or math.prod(found.shape or (0,)) > MAX_NUMBERS:
        raise ImportFault(f"{path}: {name} is not a list of numbers, or is far too long; download the file again.")
    return np.asarray(found[()])


def texts(file: h5py.File, name: str, path: Path) -> tuple[str, ...]:
    """Return all texts of a small dataset; none if it does not exist or contains something else."""
    found = dataset(file, name, path)
    if found is None or found.dtype.kind not in "SO" or found.ndim != 1:
        return ()
    count, size = found.shape[0], found.dtype.itemsize
    if count > _MAX_TEXTS or size > _MAX_TEXT or count * size > _MAX_TEXT_BYTES:
        raise ImportFault(f"{path}: {name} is far too long for a list of names; download the file again.")
    values = found[()]
    if not all(isinstance(value, bytes) for value in values):
        return ()
    return tuple(value.decode("utf-8") for value in values)


if __name__ == "__main__":
    main(sys.argv[1], sys.stdout.buffer)
