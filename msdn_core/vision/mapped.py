"""Feature maps in another program's file, mapped into memory and never copied. No torch here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.errors import FileError, MsdnError
from msdn_core.safe_files import file_errors, open_regular

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_TINY = 1e-12
_DTYPES = tuple(f"{order}f{size}" for order in "<>" for size in (2, 4, 8))


@dataclass(frozen=True, slots=True)
class MapSource:
    """The place of N consecutive maps of (C, R) numbers in a file."""

    file: str
    """The absolute path."""
    offset: int
    """The number of bytes before the first number."""
    dtype: str
    """In numpy notation, for example ``<f4``."""
    normalised: bool
    """Whether each region already has length 1 over C."""
    size: int
    mtime_ns: int
    """Size and modification time of the file when it was imported."""

    def to_json(self) -> dict[str, Any]:
        """Return the source as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> MapSource:
        """Return the source in JSON values; raise KeyError, TypeError or ValueError if it is not one."""
        file, dtype, normalised = content["file"], content["dtype"], content["normalised"]
        offset, size, mtime_ns = (content[name] for name in ("offset", "size", "mtime_ns"))
        if not all(isinstance(value, int) for value in (offset, size, mtime_ns)) or not isinstance(file, str):
            raise TypeError("the file of the feature maps is not described by a name and whole numbers")
        if dtype not in _DTYPES or offset < 0:
            raise ValueError("feature maps must be floating-point numbers at an offset of a file")
        return cls(file, offset, dtype, bool(normalised), size, mtime_ns)

    @property
    def changed(self) -> bool:
        """Whether the file has been removed or changed since it was imported."""
        try:
            status = Path(self.file).stat()
        except OSError:
            return True
        return (status.st_size, status.st_mtime_ns) != (self.size, self.mtime_ns)


class MappedMaps:
    """(N, C, R) feature maps of a file: rows are read on demand, each region of length 1 over C."""

    def __init__(self, source: MapSource, shape: tuple[int, int, int]) -> None:
        """Map the file; raise MsdnError if it does not exist or is too short."""
        path = Path(source.file)
        if source.file.startswith(("\\\\", "//")):
            # The project is untrusted: opening a path on another machine would send the user's name there.
            raise MsdnError(
                f"The feature maps of this project are on another computer ({path}) and are not opened there; copy "
                "the file to this computer and import it again."
            )
        if not path.is_file():
            raise MsdnError(f"The file of the feature maps, {path}, does not exist; restore it.")
        try:
            with file_errors(path), open_regular(path) as stream:
                self._maps = np.memmap(stream, np.dtype(source.dtype), "r", source.offset, shape)
        except FileError as fault:
            raise MsdnError(
                f"{path} no longer contains {shape[0]:,} feature maps of {shape[1]}×{shape[2]} numbers "
                f"({fault.reason}); "
                "restore the original file, or import it again."
            ) from fault
        self._normalised = source.normalised
        self.shape = shape
        self.dtype = np.dtype(np.float32)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> NDArray[np.float32]:
        """Read and normalise the (…, C, R) maps of rows."""
        return normalize_regions(self._maps[rows], normalised=self._normalised)


def first_not_finite(maps: NDArray[Any]) -> int | None:
    """Return the index of the first of (N, …) maps with a number that is not finite; None if all are."""
    with np.errstate(over="ignore", invalid="ignore"):
        # Fast, and enough for nearly all: a sum is finite only if all its numbers are.
        if np.isfinite(maps.sum(dtype=np.promote_types(maps.dtype.newbyteorder("="), np.float32))):
            return None
        wrong = ~np.isfinite(maps.reshape(len(maps), -1)).all(axis=1)
    return int(wrong.argmax()) if wrong.any() else None


def normalize_regions(maps: NDArray[Any], *, normalised: bool = False) -> NDArray[np.float32]:
    """Return (…, C, R) float32 maps with each region of length 1 over C; an all-zero region stays zero."""
    values = np.array(maps, np.float32)
    if not normalised:
        values /= np.maximum(np.sqrt(np.einsum("...cr,...cr->...r", values, values)), _TINY)[..., None, :]
    return values
