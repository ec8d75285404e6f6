"""Archives of arrays, which may be a stranger's: how much they would take is known before they are unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import Path

_FREE_BYTES = 64 * 1024 * 1024
_MOST_RATIO = 50
"""Arrays of a network's figures hardly shrink; what unpacks to far more than it is was made to."""


def check_size(path: Path, most: int, names: Collection[str]) -> None:
    """Raises ValueError where arrays of a zip file say that they would unpack to more than ``most`` bytes, or to a
    suspicious multiple of what they are; OSError or BadZipFile where it is none."""
    files = {f"{name}.npy" for name in names}
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename in files]
    size, packed = (sum(getattr(entry, what) for entry in entries) for what in ("file_size", "compress_size"))
    if size > min(most, max(_FREE_BYTES, _MOST_RATIO * packed)):
        raise ValueError(f"it would unpack to {size >> 20} MiB")
