"""Part localisation by the PCP of APN (reference, section 6): boxes around a map's peak and around the true part.

All places are whole pixels of what the network viewed, brought to 224 a side; x goes right and y down.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.scoring import Floats

PCP_SIDE = 224
PCP_SCALES = {"usual": 1.4, "strict": 4.0}
"""A part's box is the bird's box divided by this."""

Pixels = NDArray[np.int64]


def enlarged_peaks(maps: Floats) -> Pixels:
    """(…, 2) x and y of the highest pixel of (…, H, W) maps enlarged to 224 a side, linearly between the regions'
    centres; the first one, row by row, where several are as high.

    Between four neighbouring centres the enlarged map is bilinear, so its highest pixel is one next to a centre, or
    the first of a border that repeats its region: only those are computed.
    """
    rows, weights_y = _candidates(maps.shape[-2])
    columns, weights_x = _candidates(maps.shape[-1])
    found = np.matmul(np.matmul(weights_y, maps), weights_x.T)
    best_row, best_column = np.divmod(found.reshape(*maps.shape[:-2], -1).argmax(axis=-1), len(columns))
    return np.stack([columns[best_column], rows[best_row]], axis=-1)


def correct_parts(peaks: Pixels, points: NDArray[np.floating], boxes: Pixels, scale: float) -> NDArray[np.float64]:
    """(N, G) 1 where the box around a peak overlaps that around the nearest true point by an IoU of more than 0.5.

    ``peaks`` is (N, G, 2); ``points`` (N, T, 2) are the places of the part, NaN where out of sight; ``boxes``
    (N, 4) the bird's left, top, right and bottom. The box of a part is as wide and high as the bird's divided by
    ``scale``, and moved inside the image where it would stick out. NaN where no point is in sight.
    """
    distance = np.square(points[:, None] - peaks[:, :, None]).sum(axis=-1)
    nearest = np.where(np.isnan(distance), np.inf, distance).argmin(axis=-1)
    truth = np.take_along_axis(points, nearest[..., None], axis=1)
    size = np.maximum(((boxes[:, 2:] - boxes[:, :2]) / scale).astype(np.int64), 2)[:, None]
    visible = ~np.isnan(truth).any(axis=-1)
    there = np.where(visible[..., None], truth, 0).astype(np.int64)
    hits = _iou(_part_boxes(peaks, size), _part_boxes(there, size)) > 0.5
    return np.where(visible, hits, np.nan)


def _candidates(count: int) -> tuple[Pixels, NDArray[np.float64]]:
    """Pixels along one side that may be highest, and how much each of ``count`` regions weighs there."""
    centres = (np.arange(count) + 0.5) * PCP_SIDE / count - 0.5
    pixels = np.unique(np.clip(np.concatenate([[0.0], np.floor(centres), np.ceil(centres)]), 0, PCP_SIDE - 1))
    place = np.clip((pixels + 0.5) * count / PCP_SIDE - 0.5, 0, count - 1)
    weights = np.maximum(1.0 - np.abs(place[:, None] - np.arange(count)), 0.0)
    return pixels.astype(np.int64), weights


def _part_boxes(centres: Pixels, size: Pixels) -> NDArray[np.int64]:
    """(N, G, 4) left, top, right, bottom of boxes around centres (N, G, 2), of size (N, 1, 2), inside the image."""
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
