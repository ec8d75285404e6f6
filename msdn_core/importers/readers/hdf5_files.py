"""HDF5 files from unknown sources: only data in the file itself is read, and only as much as a list can have.

The library is loaded when the first file is opened: it takes longer than all other readers together.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.errors import ImportFault, MsdnError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import h5py
    from numpy.typing import NDArray

MAX_NUMBERS = 20_000_000
"""The most numbers in a list or a table of class vectors."""
_MAX_TEXT = 4096


@contextmanager
def open_hdf5(path: Path) -> Iterator[h5py.File]:
    """Open a file for reading; every failure of it, or of what is done with it, is an ImportFault."""
    import h5py

    if not path.is_file():
        raise ImportFault(f"There is no file {path}; check the path.")
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
    import h5py

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
    if found.shape[0] > MAX_NUMBERS // _MAX_TEXT or found.dtype.itemsize > _MAX_TEXT:
        raise ImportFault(f"{path}: {name} is far too long for a list of names; download the file again.")
    values = found[()]
    if not all(isinstance(value, bytes) for value in values):
        return ()
    return tuple(value.decode("utf-8") for value in values)
