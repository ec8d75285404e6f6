"""Part localisation by the PCP of APN (reference, section 6): boxes around the peak of a map and the true part.

Coordinates are whole pixels of the viewed part of the image scaled to 224 × 224; x goes right and y down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from msdn_core.domain.scoring import Floats

PCP_SIDE = 224
PCP_SCALES = {"usual": 1.4, "strict": 4.0}
"""The box of a part is the box of the bird divided by this."""

Pixels = NDArray[np.int64]


def enlarged_peaks(maps: Floats) -> Pixels:
    """Return (…, 2) x and y of the highest pixel of (…, H, W) maps enlarged to 224 × 224.

    Enlargement is linear between the centres of regions; of several highest pixels, the first one row by row counts.
    Between four neighbouring centres the enlarged map is bilinear, so its highest pixel is next to a centre or the
    first of a border that repeats its region: only these are computed.
    """
    rows, weights_y = _candidates(maps.shape[-2])
    columns, weights_x = _candidates(maps.shape[-1])
    found = np.matmul(np.matmul(weights_y, maps), weights_x.T)
    best_row, best_column = np.divmod(found.reshape(*maps.shape[:-2], -1).argmax(axis=-1), len(columns))
    return np.stack([columns[best_column], rows[best_row]], axis=-1)


def correct_parts(peaks: Pixels, points: NDArray[np.floating], boxes: Pixels, scale: float) -> NDArray[np.float64]:
    """Return (N, G): 1 if the boxes around a peak and the nearest true point have an IoU above 0.5, otherwise 0.

    The box of a part has the width and height of the bird's divided by ``scale``, and is moved inside the image.

    Parameters
    ----------
    peaks
        (N, G, 2) x and y.
    points
        (N, T, 2) x and y of the part, NaN if not visible; the result is NaN without a visible point.
    boxes
        (N, 4) left, top, right and bottom of the bird.
    scale
        See ``PCP_SCALES``.
    """
    distance = np.square(points[:, None] - peaks[:, :, None]).sum(axis=-1)
    nearest = np.where(np.isnan(distance), np.inf, distance).argmin(axis=-1)
    truth = np.take_along_axis(points, nearest[..., None], axis=1)
    size = np.maximum(((boxes[:, 2:] - boxes[:, :2]) / scale).astype(np.int64), 2)[:, None]
    visible = ~np.isnan(truth).any(axis=-1)
    places = np.where(visible[..., None], truth, 0).astype(np.int64)
    hits = _iou(_part_boxes(peaks, size), _part_boxes(places, size)) > 0.5
    return np.where(visible, hits, np.nan)


def _candidates(count: int) -> tuple[Pixels, NDArray[np.float64]]:
    """Return the pixels along a side that can be highest, and the weight of each of ``count`` regions there."""
    centres = (np.arange(count) + 0.5) * PCP_SIDE / count - 0.5
    pixels = np.unique(np.clip(np.concatenate([[0.0], np.floor(centres), np.ceil(centres)]), 0, PCP_SIDE - 1))
    place = np.clip((pixels + 0.5) * count / PCP_SIDE - 0.5, 0, count - 1)
    weights = np.maximum(1.0 - np.abs(place[:, None] - np.arange(count)), 0.0)
    return pixels.astype(np.int64), weights


def _part_boxes(centres: Pixels, size: Pixels) -> NDArray[np.int64]:
    """Return (N, G, 4) left, top, right, bottom of boxes of size (N, 1, 2) around (N, G, 2) centres, in the image."""
    low, high = centres - size // 2, centres + size // 2
    out_low, out_high = low < 0, high > PCP_SIDE - 1
    low, high = (
        np.where(out_low, 0, np.where(out_high, PCP_SIDE - 1 - size, low)),
        np.where(out_low, size, np.where(out_high, PCP_SIDE - 1, high)),
    )
    return np.concatenate([low, high], axis=-1)


def _iou(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    shared = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2])
    both = np.maximum(shared, 0).prod(axis=-1)
    areas = [(boxes[..., 2:] - boxes[..., :2]).prod(axis=-1) for boxes in (first, second)]
    return np.asarray(both / np.maximum(areas[0] + areas[1] - both, 1))
