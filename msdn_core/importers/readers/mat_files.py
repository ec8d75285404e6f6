"""What is in MATLAB files: their variables by name, as numbers and as texts; every complaint names the file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.errors import ImportFault
from msdn_core.importers.readers.mat_format import MatError, read_variables

MAX_BYTES = 2 << 30
MAX_PLACES = 5_000_000
"""More images than this are not in any list that a split counts in."""


def read_mat(path: Path, names: Collection[str]) -> dict[str, Any]:
    """The variables of these names, as far as the file has them: arrays of numbers, of texts, or cells of those.

    Raises:
        ImportFault: if the file cannot be read, is damaged, of version 7.3, or unpacks to far too much.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ImportFault(f"The file {path} is {size >> 20} MiB, more than the {MAX_BYTES >> 20} that are read.")
        with path.open("rb") as stream:
            return read_variables(stream, frozenset(names))
    except MatError as error:
        raise ImportFault(f"{path} {error}.") from error
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error


def texts(cells: Any, path: Path) -> tuple[str, ...]:
    """The texts of a cell array or a list; ImportFault where one is none."""
    return tuple(_text(cell, path) for cell in (cells.ravel() if isinstance(cells, np.ndarray) else cells))


def _text(cell: Any, path: Path) -> str:
    while isinstance(cell, np.ndarray) and cell.size == 1:
        cell = cell.ravel()[0]
    if not isinstance(cell, str):
        raise ImportFault(f"{path} has a name that is no text; get the file anew.")
    return str(cell)


def whole_numbers(numbers: Any, name: str, path: Path, *, first: int) -> NDArray[np.int64]:
    """(n,) numbers counted from ``first``, as numbers counted from 0.

    Raises:
        ImportFault: if they are not whole, or start before ``first``.
    """
    flat = np.asarray(numbers).ravel()
    if flat.dtype.kind not in "fiu" or not np.isfinite(flat).all() or (flat != np.floor(flat)).any():
        raise ImportFault(f"{path}: {name} holds something other than whole numbers; get the file anew.")
    if flat.size and (flat.min() < first or flat.max() > MAX_PLACES):
        raise ImportFault(
            f"{path}: {name} counts from {first}, but holds {flat.min():g} to {flat.max():g}; get it anew."
        )
    return flat.astype(np.int64) - first
