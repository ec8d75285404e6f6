"""Attention maps on an image: where a region lies in it, and what range of values a colour bar spans."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from msdn_core.domain.annotation import Box
from msdn_core.domain.attributes import BoolArray
from msdn_core.domain.explanation import Explanation, Float32Array


class RangePolicy(StrEnum):
    """Which values a map's colours span; the two sub-nets are on different scales, so a bar says which it is."""

    PER_MAP = "per map"
    PER_SUBNET = "per sub-net"
    FIXED = "fixed"


def value_range(stack: Float32Array, attribute: int, policy: RangePolicy) -> tuple[float, float]:
    """Lowest and highest value that the colours of ``stack[attribute]`` span, from a (K, H, W) stack.

    ``PER_MAP``: that map's own; ``PER_SUBNET``: all K maps'; ``FIXED``: 0 to 1, what an attention can be.
    """
    if policy is RangePolicy.FIXED:
        return 0.0, 1.0
    values = stack[attribute] if policy is RangePolicy.PER_MAP else stack
    return float(values.min()), float(values.max())


def peak_regions(stack: Float32Array) -> np.ndarray:
    """(K, 2) row and column of each map's highest region, from (K, H, W)."""
    k, _, width = stack.shape
    rows, columns = np.divmod(stack.reshape(k, -1).argmax(axis=1), width)
    return np.stack([rows, columns], axis=1)


def region_at(x: float, y: float, viewed: Box, grid: tuple[int, int]) -> tuple[int, int] | None:
    """Row and column of the region that an image point lies in, or None outside of what the network viewed."""
    column = (x - viewed.x) / viewed.width * grid[1]
    row = (y - viewed.y) / viewed.height * grid[0]
    if 0 <= row < grid[0] and 0 <= column < grid[1]:
        return int(row), int(column)
    return None


def attributes_of_regions(explanation: Explanation, regions: BoolArray) -> tuple[Float32Array, Float32Array]:
    """Which attributes some regions of an (H, W) mask speak for: one (K,) row a sub-net, each value from 0 to 1.

    A→V: the share of each attribute's attention that lies in the regions (A1 summed over them; all regions give 1).
    V→A: what of the regions' attention an attribute gets (A2 averaged over them; all attributes sum to 1).
    """
    return (
        explanation.attention_av[:, regions].sum(axis=1),
        explanation.attention_va[:, regions].mean(axis=1),
    )
