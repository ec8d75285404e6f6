"""Untrusted archives of arrays: their size is checked before they are unpacked."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_FREE_BYTES = 64 * 1024 * 1024
_MOST_RATIO = 50
"""Arrays of scores hardly compress; a file that unpacks to many times its size was made to do so."""


def check_size(path: Path, most: int, names: Collection[str]) -> None:
    """Check the size of some arrays of a zip file.

    Raises ValueError if they would unpack to more than ``most`` bytes or to a suspicious multiple of their packed size,
    and OSError or BadZipFile if the file is not a zip file.
    """
    files = {f"{name}.npy" for name in names}
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename in files]
    size, packed = (sum(getattr(entry, field) for entry in entries) for field in ("file_size", "compress_size"))
    if size > min(most, max(_FREE_BYTES, _MOST_RATIO * packed)):
        raise ValueError(f"it would unpack to {size >> 20} MiB")
