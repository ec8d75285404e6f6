"""MATLAB files: their variables by name, as numbers and texts; every error names the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.errors import ImportFault
from msdn_core.file_kinds import unexpected_kind
from msdn_core.importers.readers.mat_format import MatError, read_variables
from msdn_core.safe_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

MAX_BYTES = 2 << 30
MAX_PLACES = 5_000_000
"""The most images in a list."""


def read_mat(path: Path, names: Collection[str]) -> dict[str, Any]:
    """Return the variables of these names that the file has: arrays of numbers, of texts, or cells of them.

    Raises
    ------
    ImportFault
        If the file cannot be read, is damaged, is of version 7.3, or unpacks to far too much.
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
            return read_variables(stream, frozenset(names))
    except MatError as error:
        raise ImportFault(f"{path} {error}.") from error
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error


def texts(cells: Any, path: Path) -> tuple[str, ...]:
    """Return the texts of a cell array or a list; raise ImportFault if an entry is not a text."""
    return tuple(_text(cell, path) for cell in (cells.ravel() if isinstance(cells, np.ndarray) else cells))


def _text(cell: Any, path: Path) -> str:
    while isinstance(cell, np.ndarray) and cell.size == 1:
        cell = cell.ravel()[0]
    if not isinstance(cell, str):
        raise ImportFault(f"{path} has a name that is not a text; download the file again.")
    return str(cell)


def whole_numbers(numbers: Any, name: str, path: Path, *, first: int) -> NDArray[np.int64]:
    """Return (n,) numbers that count from ``first`` as numbers that count from 0.

    Raises
    ------
    ImportFault
        If they are not whole, or start before ``first``.
    """
    flat = np.asarray(numbers).ravel()
    if flat.dtype.kind not in "fiu" or not np.isfinite(flat).all() or (flat != np.floor(flat)).any():
        raise ImportFault(f"{path}: {name} has something other than whole numbers; download the file again.")
    if flat.size and (flat.min() < first or flat.max() > MAX_PLACES):
        raise ImportFault(
            f"{path}: {name} counts from {first}, but has {flat.min():g} to {flat.max():g}; download it again."
        )
    return flat.astype(np.int64) - first
