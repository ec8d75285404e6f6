"""Images and classes in a common attribute space, and the plane in which they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import FloatArray
    from msdn_core.domain.scoring import Floats


@dataclass(frozen=True, eq=False, slots=True)
class AttributeSpace:
    """N images and M classes as directions in the space of K attributes; each row has length 1, or is zero."""

    images: NDArray[np.float32]
    classes: NDArray[np.float32]
    """(N, K) and (M, K)."""


@dataclass(frozen=True, eq=False, slots=True)
class Plane:
    """The positions of images and classes in a drawing."""

    images: NDArray[np.float32]
    classes: NDArray[np.float32]
    """(N, 2) and (M, 2)."""
    shares: tuple[float, float] | None = None
    """For principal components: the share of the images' variance on each axis."""


def attribute_space(scores: Floats, class_vectors: FloatArray) -> AttributeSpace:
    """Return (N, K) attribute scores and (M, K) class vectors as directions from the mean of images or of classes.

    A prediction depends on the angle between both. Without centring, images are nearer to one another than to any
    class, since scores and class vectors differ in mean and spread; with it, an image is near its most similar class.
    """
    return AttributeSpace(_from_mean(_unit(scores)), _from_mean(_unit(class_vectors)))


def principal_plane(space: AttributeSpace) -> Plane:
    """Return images and classes projected on the first two principal components of the images.

    The attribute with the largest weight in an axis has a positive one, so the result is always the same.
    """
    images = space.images.astype(np.float64)
    mean = images.mean(axis=0) if len(images) else np.zeros(images.shape[1])
    spread = (images - mean).T @ (images - mean)
    values, vectors = np.linalg.eigh(spread)
    axes = np.zeros((len(spread), 2))
    kept = min(2, len(spread))
    axes[:, :kept] = vectors[:, ::-1][:, :kept]
    axes *= np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0) if len(axes) else 1.0
    total = float(values.sum())
    shares = [float(value) / total if total > 0 else 0.0 for value in (*values[::-1][:2], 0.0, 0.0)]
    return Plane(
        ((images - mean) @ axes).astype(np.float32),
        ((space.classes - mean) @ axes).astype(np.float32),
        (shares[0], shares[1]),
    )


def _unit(rows: Floats) -> FloatArray:
    rows = np.asarray(rows, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0), dtype=np.float64)


def _from_mean(rows: FloatArray) -> NDArray[np.float32]:
    centred = rows - rows.mean(axis=0) if len(rows) else rows
    # A single row is its own mean, and rounding must not give it a direction.
    return _unit(np.where(np.abs(centred) < 1e-12, 0.0, centred)).astype(np.float32)
