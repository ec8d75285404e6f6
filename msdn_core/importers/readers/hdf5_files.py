"""HDF5 files of strangers: only what lies in the file itself is read, and only as much as a list can be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from msdn_core.errors import ImportFault, MsdnError

MAX_NUMBERS = 20_000_000
"""What a list, or a table of class vectors, may hold."""
_MAX_TEXT = 4096


@contextmanager
def open_hdf5(path: Path) -> Iterator[h5py.File]:
    """The file, open for reading; ImportFault for every way in which it, or what is done with it, can fail."""
    if not path.is_file():
        raise ImportFault(f"There is no file {path}; check the path.")
    try:
        with h5py.File(path, "r") as file:
            yield file
    except MsdnError:
        raise
    except MemoryError as error:
        raise ImportFault(f"{path} asks for more memory than there is; it is damaged or hostile.") from error
    except Exception as error:  # The library has no error of its own: it raises whatever fits what it met.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ImportFault(f"{path} is no whole HDF5 file ({reason}); get it anew.") from error


def dataset(file: h5py.File, name: str, path: Path) -> h5py.Dataset | None:
    """The dataset of that name, or None; ImportFault where it is none, or lies in another file."""
    if name not in file:
        return None
    link = file.get(name, getlink=True)
    found = file[name] if isinstance(link, h5py.HardLink) else None
    if not isinstance(found, h5py.Dataset):
        raise ImportFault(f"{path}: {name} is no dataset of this file; get the file anew.")
    if found.external or found.is_virtual:
        raise ImportFault(f"{path}: {name} lies in another file, which is refused; give a file that holds it itself.")
    return found


def numbers(file: h5py.File, name: str, path: Path) -> NDArray[Any] | None:
    """All numbers of a small dataset, or None where there is none of that name."""
    found = dataset(file, name, path)
    if found is None:
        return None
    if found.dtype.kind not in "fiu" or math.prod(found.shape or (0,)) > MAX_NUMBERS:
        raise ImportFault(f"{path}: {name} is no list of numbers, or far too long; get the file anew.")
    return np.asarray(found[()])


def texts(file: h5py.File, name: str, path: Path) -> tuple[str, ...]:
    """All texts of a small dataset; none where there is none of that name, or it holds something else."""
    found = dataset(file, name, path)
    if found is None or found.dtype.kind not in "SO" or found.ndim != 1:
        return ()
    if found.shape[0] > MAX_NUMBERS // _MAX_TEXT or found.dtype.itemsize > _MAX_TEXT:
        raise ImportFault(f"{path}: {name} is far too long for a list of names; get the file anew.")
    values = found[()]
    if not all(isinstance(value, bytes) for value in values):
        return ()
    return tuple(value.decode("utf-8") for value in values)
