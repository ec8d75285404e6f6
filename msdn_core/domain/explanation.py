"""The outputs of the network for one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.variants import SubNets

if TYPE_CHECKING:
    from msdn_core.domain.annotation import Box

Float32Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class Explanation:
    """One forward pass over one image (reference, section 2).

    ``av`` is attribute→visual (AVA), ``va`` is visual→attribute (VAA). For a sub-net that the network does not have,
    scores are 0 and attention is uniform; see ``sub_nets``.
    """

    scores_av: Float32Array
    """s1, (K,): the attribute scores of the attribute→visual sub-net, or the baseline's."""
    scores_va: Float32Array
    """s2, (K,): the attribute scores of the visual→attribute sub-net."""
    attention_av: Float32Array
    """A1, (K, H, W): each attribute's map sums to 1 over its regions."""
    attention_va: Float32Array
    """A2, (K, H, W): the attributes of each region sum to 1, so the two stacks have different scales."""
    viewed: Box
    """The part of the upright image that the regions cover, in pixels."""
    image_size: tuple[int, int]
    """Width and height of the upright image in pixels."""
    sub_nets: SubNets = SubNets.BOTH
    """Which sub-nets the network has."""
