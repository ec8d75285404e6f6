"""MATLAB files up to version 7, read within bounds; every complaint names the file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
from numpy.typing import NDArray

from msdn_core.errors import ImportFault

MAX_NUMBERS = 50_000_000
"""A .mat file is compressed: what it unpacks to is bounded, not its size on disk."""
MAX_PLACES = 5_000_000
"""More images than this are not in any list that a split counts in."""


def read_mat(path: Path, names: Sequence[str]) -> dict[str, Any]:
    """The variables of these names, as far as the file has them.

    Raises:
        ImportFault: if the file cannot be read, is damaged, of version 7.3, or unpacks to far too much.
    """
    try:
        shapes = scipy.io.whosmat(str(path))
        numbers = sum(math.prod(shape) for name, shape, _ in shapes if name in names)
        if numbers > MAX_NUMBERS:
            raise ImportFault(f"{path} unpacks to {numbers:,} numbers, which no such list has; get the file anew.")
        return dict(scipy.io.loadmat(str(path), variable_names=list(names)))
    except ImportFault:
        raise
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error
    except NotImplementedError as error:
        raise ImportFault(f"{path} is a MATLAB file of version 7.3; save it in MATLAB with the option -v7.") from error
    except Exception as error:  # A damaged file fails in as many ways as the format has fields.
        raise ImportFault(f"{path} is not a whole MATLAB file ({type(error).__name__}); get it anew.") from error


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
