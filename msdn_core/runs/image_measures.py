"""Measures of each test image, as one .npz file that is read without torch.

The noise of a difference between two runs is estimated by resampling images, so the values behind the means are stored.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.atomic import replacing
from msdn_core.errors import FileError, RunError
from msdn_core.safe_files import file_errors, read_arrays

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
_MOST_BYTES = 4 << 30

Hits = NDArray[np.float32]
Marks = NDArray[np.int8]


@dataclass(frozen=True, eq=False, slots=True)
class ImageMeasures:
    """Measures of N images, K attributes and P parts; unknown values are NaN, or −1 in integers."""

    image_ids: NDArray[np.int64]
    jsd: Hits
    """(N,) divergence of both sub-nets' class predictions, in nats."""
    overlap: Hits
    """(N,) overlap of both sub-nets' maps, averaged over the attributes of the image's class."""
    truth: Marks
    """(N, K) 1 with the attribute, 0 without: what the attribute AUC was measured against."""
    pointing_av: Marks
    pointing_va: Marks
    """(N, K) 1 if the map's peak is at the attribute's part, otherwise 0."""
    parts: NDArray[np.str_]
    counted: NDArray[np.bool_]
    """(P,) the parts that PCP is measured on, and whether they count in its mean."""
    pcp_usual_av: Hits
    pcp_usual_va: Hits
    pcp_strict_av: Hits
    pcp_strict_va: Hits
    """(N, P) the share of the part's attribute groups found there, by box size and sub-net."""


def write_image_measures(path: Path, measures: ImageMeasures) -> None:
    """Write the file, whole or not at all; raise MsdnError if that fails."""
    content: dict[str, Any] = {entry.name: getattr(measures, entry.name) for entry in fields(measures)}
    with replacing(path) as temporary:
        np.savez(temporary, format=np.int64(FORMAT), **content)


def read_image_measures(path: Path) -> ImageMeasures:
    """Return the measures in a file; raise RunError if it cannot be read."""
    try:
        with file_errors(path):
            names = [entry.name for entry in fields(ImageMeasures)]
            content: dict[str, Any] = {**read_arrays(path, names, _MOST_BYTES, newest=FORMAT)}
            found = ImageMeasures(**content)
            _check(found)
    except FileError as fault:
        raise RunError(f"{path} cannot be read as image measures ({fault.reason}); evaluate the run again.") from fault
    return found


def _check(found: ImageMeasures) -> None:
    images, attributes, parts = len(found.image_ids), found.truth.shape[-1], len(found.parts)
    expected = {
        "image_ids": ((images,), "i"),
        **dict.fromkeys(("jsd", "overlap"), ((images,), "f")),
        **dict.fromkeys(("truth", "pointing_av", "pointing_va"), ((images, attributes), "i")),
        "parts": ((parts,), "U"),
        "counted": ((parts,), "b"),
        **{f"pcp_{size}_{side}": ((images, parts), "f") for size in ("usual", "strict") for side in ("av", "va")},
    }
    for name, (shape, kind) in expected.items():
        array = getattr(found, name)
        if array.shape != shape or array.dtype.kind != kind:
            raise ValueError(f"“{name}” has the shape {array.shape} and the type {array.dtype}")
