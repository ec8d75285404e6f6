"""Files and folders of data sets, found by their names in any letter case and Unicode form."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msdn_core.domain.name_spellings import folded

if TYPE_CHECKING:
    from pathlib import Path


def entry(folder: Path, *names: str) -> Path:
    """Return the path below ``folder`` with these parts: exactly, or in other case where only one fits."""
    place = folder
    for name in names:
        exact = place / name
        if not exact.exists():
            try:
                similar = [found for found in os.listdir(place) if folded(found) == folded(name)]  # noqa: PTH208
            except OSError:
                similar = []
            if len(similar) == 1:
                exact = place / similar[0]
        place = exact
    return place
