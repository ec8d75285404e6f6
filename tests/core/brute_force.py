"""Slow, literal computations to check the metrics: loops over single images, maps and regions."""

from __future__ import annotations

import itertools

import numpy as np
import torch


def enlarge(map_: np.ndarray, side: int = 224) -> np.ndarray:
    """Return a map enlarged to all pixels, linearly between the centres of its regions."""
    tensor = torch.from_numpy(np.asarray(map_, np.float64))[None, None]
    return torch.nn.functional.interpolate(tensor, (side, side), mode="bilinear", align_corners=False)[0, 0].numpy()


def part_is_correct(map_, points, bird, scale, side=224) -> bool | None:
    """Apply APN's rule to one map: ``points`` are (x, y) in whole pixels, ``bird`` is left, top, right, bottom."""
    if not points:
        return None
    row, column = np.unravel_index(enlarge(map_, side).argmax(), (side, side))
    nearest = min(points, key=lambda p: (p[0] - column) ** 2 + (p[1] - row) ** 2)
    width, height = int((bird[2] - bird[0]) / scale), int((bird[3] - bird[1]) / scale)
    first = box(int(column), int(row), width, height, side)
    second = box(*nearest, width, height, side)
    return iou(first, second) > 0.5


def box(x, y, width, height, side=224):
    """Return a box around a centre, moved inside the image if it extends beyond it."""
    left, right = x - int(width / 2), x + int(width / 2)
    top, bottom = y - int(height / 2), y + int(height / 2)
    if left < 0:
        left, right = 0, width
    elif right > side - 1:
        left, right = side - 1 - width, side - 1
    if top < 0:
        top, bottom = 0, height
    elif bottom > side - 1:
        top, bottom = side - 1 - height, side - 1
    return left, top, right, bottom


def iou(a, b) -> float:
    """Return the intersection over union of two boxes."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    return wide * high / (sum(areas) - wide * high)


def insertion_area(network, features, order, target, unit, offset, fusion) -> float:
    """Return the area under the target's probability while regions are added: the network runs on each prefix."""
    probabilities = []
    for count in range(len(order) + 1):
        fused = torch.zeros(unit.shape[1], dtype=torch.float64)
        if count:
            with torch.inference_mode():
                out = network(features[None, :, order[:count]])
            fused = (fusion.av * out.scores_av[0] + fusion.va * out.scores_va[0]).double()
        logits = torch.tensor(unit) @ fused + torch.tensor(offset)
        probabilities.append(float(logits.softmax(0)[target]))
    steps = [(a + b) / 2 for a, b in itertools.pairwise(probabilities)]
    return sum(steps) / len(order)
