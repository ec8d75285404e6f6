"""Images and classes in one space of attributes, and the plane in which they are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import FloatArray
from msdn_core.domain.scoring import Floats


@dataclass(frozen=True, eq=False, slots=True)
class AttributeSpace:
    """N images and M classes as directions among K attributes; each row has the length 1, or is zero."""

    images: NDArray[np.float32]
    classes: NDArray[np.float32]
    """(N, K) and (M, K)."""


@dataclass(frozen=True, eq=False, slots=True)
class Plane:
    """Where images and classes lie when they are drawn."""

    images: NDArray[np.float32]
    classes: NDArray[np.float32]
    """(N, 2) and (M, 2)."""
    shares: tuple[float, float] | None = None
    """Of principal components: how much of what varies among the images each axis holds, of 1."""


def attribute_space(scores: Floats, class_vectors: FloatArray) -> AttributeSpace:
    """(N, K) attribute scores and (M, K) class vectors as directions from the mean of their own kind.

    A decision rests on the angle between both. As they are, images lie nearer to one another than to any class, for
    their scores have another mean and spread than class vectors: taken from the mean of its kind, an image lies where
    the class does that it is most like.
    """
    return AttributeSpace(_from_mean(_unit(scores)), _from_mean(_unit(class_vectors)))


def principal_plane(space: AttributeSpace) -> Plane:
    """The two directions in which the images vary most (principal components), the classes cast onto them.

    Each axis points to where the attribute that weighs most in it is strong, so the plane is the same at each call.
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
    held = [float(value) / total if total > 0 else 0.0 for value in (*values[::-1][:2], 0.0, 0.0)]
    return Plane(
        ((images - mean) @ axes).astype(np.float32),
        ((space.classes - mean) @ axes).astype(np.float32),
        (held[0], held[1]),
    )


def _unit(rows: Floats) -> FloatArray:
    rows = np.asarray(rows, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0), dtype=np.float64)


def _from_mean(rows: FloatArray) -> NDArray[np.float32]:
    centred = rows - rows.mean(axis=0) if len(rows) else rows
    # A single row is its own mean: what rounding leaves of it is no direction.
    return _unit(np.where(np.abs(centred) < 1e-12, 0.0, centred)).astype(np.float32)
