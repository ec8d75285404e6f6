"""The global branch: attribute scores of an image as a whole, from one linear map of its pooled features.

It is trained apart from the sub-nets, on the same batches but with weights, loss and optimiser of its own: trained
through the same word vectors it would pull on what the sub-nets learn. Its scores enter the fused attribute scores as
a third term, so that class scores remain linear in the class vectors. They come from no single region and have no map.

Letters: B images, C channels, R regions, K attributes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_DEVIATION = 0.01
"""Standard deviation of the initial weights."""


def pool_regions(features: Tensor) -> Tensor:
    """Return what the branch takes of (B, C, R) features: (B, 2C) in float32, each row of length 1.

    They are the mean and the maximum of each channel over the regions, each scaled to length 1, side by side.
    """
    mean, most = features.mean(dim=2, dtype=torch.float32), features.amax(dim=2).float()
    return F.normalize(torch.cat([F.normalize(mean, dim=1), F.normalize(most, dim=1)], dim=1), dim=1)


class GlobalBranch(nn.Module):
    """s_g = scale · x·W / |x·W| with the pooled features x; its product with a unit class vector is scale · cosine."""

    def __init__(self, channels: int, attributes: int, scale: float, seed: int = 0) -> None:
        super().__init__()
        self.scale = scale
        generator = torch.Generator().manual_seed(seed)
        self.W = nn.Parameter(_DEVIATION * torch.randn(2 * channels, attributes, generator=generator))

    def forward(self, pooled: Tensor) -> Tensor:
        """Return s_g (B, K) of (B, 2C) pooled features."""
        return self.scale * F.normalize(pooled @ self.W, dim=1)
