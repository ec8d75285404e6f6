"""Feature maps in another program's file, used where they lie: mapped into memory, never copied. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.errors import MsdnError

_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class MapSource:
    """Where in which file N maps of (C, R) numbers lie, one after the other."""

    file: str
    """Absolute."""
    offset: int
    """Bytes in front of the first number."""
    dtype: str
    """As numpy spells it, e.g. ``<f4``."""
    normalised: bool
    """Whether each region has length 1 over C already."""
    size: int
    mtime_ns: int
    """Of the whole file, when it was imported."""

    def to_json(self) -> dict[str, Any]:
        """The source as JSON knows it."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> MapSource:
        """What ``to_json`` gave; KeyError, TypeError or ValueError where it is none."""
        dtype = np.dtype(str(content["dtype"]))
        if dtype.kind != "f" or int(content["offset"]) < 0:
            raise ValueError("feature maps are floating-point numbers at a place in a file")
        return cls(
            str(content["file"]),
            int(content["offset"]),
            str(content["dtype"]),
            bool(content["normalised"]),
            int(content["size"]),
            int(content["mtime_ns"]),
        )

    @property
    def changed(self) -> bool:
        """Whether the file is gone or another one than when it was imported."""
        try:
            status = Path(self.file).stat()
        except OSError:
            return True
        return (status.st_size, status.st_mtime_ns) != (self.size, self.mtime_ns)


class MappedMaps:
    """(N, C, R) feature maps of a file as a store hands them out: rows on demand, each region of length 1 over C."""

    def __init__(self, source: MapSource, shape: tuple[int, int, int]) -> None:
        """Raises MsdnError where the file is not there, or too short to hold them."""
        path = Path(source.file)
        # A project may be a stranger's: a path to another machine would be asked for with this person's name.
        if source.file.startswith(("\\\\", "//")) or not path.is_file():
            raise MsdnError(f"The feature maps are those of {path}, which is not there; put the file back.")
        try:
            self._maps = np.memmap(path, np.dtype(source.dtype), "r", source.offset, shape)
        except (OSError, ValueError, OverflowError) as fault:
            raise MsdnError(
                f"{path} does not hold {shape[0]:,} feature maps of {shape[1]}×{shape[2]} numbers any more ({fault}); "
                "put the file back as it was, or import it again."
            ) from fault
        self._normalised = source.normalised
        self.shape = shape
        self.dtype = np.dtype(np.float32)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> NDArray[np.float32]:
        """(…, C, R) of some rows, read and normalised now."""
        return normalize_regions(self._maps[rows], normalised=self._normalised)


def normalize_regions(maps: NDArray[Any], *, normalised: bool = False) -> NDArray[np.float32]:
    """(…, C, R) float32 with each region of length 1 over C; an empty region stays empty."""
    values = np.array(maps, np.float32)
    if not normalised:
        values /= np.maximum(np.sqrt(np.einsum("...cr,...cr->...r", values, values)), _TINY)[..., None, :]
    return values
