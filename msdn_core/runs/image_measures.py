"""What was measured of each test image, as one .npz file that can be read without torch.

Differences between two runs are told from noise by drawing images anew, so what a figure is the mean of is kept.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.atomic import replacing
from msdn_core.errors import RunError
from msdn_core.runs.archives import check_size

FORMAT = 1
_MOST_BYTES = 4 << 30

Hits = NDArray[np.float32]
Marks = NDArray[np.int8]


@dataclass(frozen=True, eq=False, slots=True)
class ImageMeasures:
    """N images, K attributes, P parts; NaN, and −1 in whole numbers, where something is not known."""

    image_ids: NDArray[np.int64]
    jsd: Hits
    """(N,) divergence, in nats, of what both sub-nets say of the classes."""
    overlap: Hits
    """(N,) what both sub-nets' maps share, the mean over the attributes of the image's class."""
    truth: Marks
    """(N, K) 1 has the attribute, 0 has not: what attribute AUC was measured against."""
    pointing_av: Marks
    pointing_va: Marks
    """(N, K) 1 where the map's peak is at the attribute's part, 0 where it is not."""
    parts: NDArray[np.str_]
    counted: NDArray[np.bool_]
    """(P,) parts that PCP goes over, and which are in its mean."""
    pcp_usual_av: Hits
    pcp_usual_va: Hits
    pcp_strict_av: Hits
    pcp_strict_va: Hits
    """(N, P) the share of the part's attribute groups that were found there, by size of box and sub-net."""


def write_image_measures(path: Path, measures: ImageMeasures) -> None:
    """Writes the file whole, or not at all; MsdnError where it cannot be."""
    content: dict[str, Any] = {entry.name: getattr(measures, entry.name) for entry in fields(measures)}
    with replacing(path) as temporary:
        np.savez(temporary, format=np.int64(FORMAT), **content)


def read_image_measures(path: Path) -> ImageMeasures:
    """The measures in a file; RunError where it is none of ours, cut short, or of a newer version."""
    try:
        check_size(path, _MOST_BYTES, [entry.name for entry in fields(ImageMeasures)])
        with np.load(path, allow_pickle=False) as file:
            if int(file["format"]) > FORMAT:
                raise ValueError("a newer version wrote it")
            found = ImageMeasures(**{entry.name: file[entry.name] for entry in fields(ImageMeasures)})
        _check(found)
    except (OSError, KeyError, TypeError, ValueError, EOFError, MemoryError, zipfile.BadZipFile) as fault:
        raise RunError(f"{path} holds no measures of images ({fault}); evaluate the run again.") from fault
    return found


def _check(found: ImageMeasures) -> None:
    images, attributes, parts = len(found.image_ids), found.truth.shape[-1], len(found.parts)
    wanted = {
        "image_ids": ((images,), "i"),
        **dict.fromkeys(("jsd", "overlap"), ((images,), "f")),
        **dict.fromkeys(("truth", "pointing_av", "pointing_va"), ((images, attributes), "i")),
        "parts": ((parts,), "U"),
        "counted": ((parts,), "b"),
        **{f"pcp_{size}_{side}": ((images, parts), "f") for size in ("usual", "strict") for side in ("av", "va")},
    }
    for name, (shape, kind) in wanted.items():
        array = getattr(found, name)
        if array.shape != shape or array.dtype.kind != kind:
            raise ValueError(f"“{name}” has the shape {array.shape} and the kind {array.dtype}")
