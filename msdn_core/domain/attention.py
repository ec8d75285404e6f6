"""Attention maps on an image: the position of regions, and the value range of colours."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from msdn_core.domain.annotation import Box
    from msdn_core.domain.attributes import BoolArray
    from msdn_core.domain.explanation import Explanation, Float32Array


class RangePolicy(StrEnum):
    """The value range of a map's colours; the two sub-nets have different scales, so a colour bar names the policy."""

    PER_MAP = "per map"
    PER_SUBNET = "per sub-net"
    FIXED = "fixed"


def value_range(
    stack: Float32Array, attribute: int, policy: RangePolicy, *, signed: bool = False
) -> tuple[float, float]:
    """Return the lowest and highest value for the colours of one map.

    Parameters
    ----------
    stack
        (K, H, W) maps of a sub-net.
    attribute
        The index of the map.
    policy
        ``PER_MAP``: the range of this map; ``PER_SUBNET``: of all K maps; ``FIXED``: 0 to 1, the range of attention.
    signed
        Whether the values are evidence: the range then reaches as far below 0 as above, and ``FIXED`` is −1 to 1.
    """
    if policy is RangePolicy.FIXED:
        return (-1.0, 1.0) if signed else (0.0, 1.0)
    values = stack[attribute] if policy is RangePolicy.PER_MAP else stack
    if signed:
        limit = float(np.abs(values).max())
        return -limit, limit
    return float(values.min()), float(values.max())


def peak_regions(stack: Float32Array) -> np.ndarray:
    """Return (K, 2) row and column of the highest region of each of (K, H, W) maps."""
    k, _, width = stack.shape
    rows, columns = np.divmod(stack.reshape(k, -1).argmax(axis=1), width)
    return np.stack([rows, columns], axis=1)


def region_at(x: float, y: float, viewed: Box, grid: tuple[int, int]) -> tuple[int, int] | None:
    """Return row and column of the region at an image point, or None outside the viewed part of the image."""
    column = (x - viewed.x) / viewed.width * grid[1]
    row = (y - viewed.y) / viewed.height * grid[0]
    if 0 <= row < grid[0] and 0 <= column < grid[1]:
        return int(row), int(column)
    return None


def attributes_of_regions(explanation: Explanation, regions: BoolArray) -> tuple[Float32Array, Float32Array]:
    """Return how strongly some regions are connected with each attribute, from 0 to 1.

    Parameters
    ----------
    explanation
        The attention.
    regions
        (H, W) mask.

    Returns
    -------
    av
        (K,) the share of each attribute's attention in the regions: A1 summed over them. All regions give 1.
    va
        (K,) the share of the regions' attention for each attribute: A2 averaged over them. All attributes sum to 1.
    """
    return (
        explanation.attention_av[:, regions].sum(axis=1),
        explanation.attention_va[:, regions].mean(axis=1),
    )
