"""What would have to change for another class to win, from cached attribute scores without the network.

Letters as in the reference: s is the fused attribute scores of an image (K,), v a class semantic vector (K,).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.scoring import Floats


def fewest_scores(differences: Floats, offset: float) -> NDArray[np.intp] | None:
    """Return the fewest attributes whose scores, set to 0, remove the lead of a class; the largest first.

    Setting a score to 0 removes its difference from the sum, so taking the largest first needs the fewest.

    Parameters
    ----------
    differences
        (K,) contributions of the leader minus those of the other class.
    offset
        What calibrated stacking adds to the lead, which is the sum of the differences plus this.

    Returns
    -------
    attributes
        Empty if there is no lead; None if no attributes remove it.
    """
    lead = float(differences.sum()) + offset
    order = np.argsort(-differences, kind="stable")
    left = lead - np.concatenate([[0.0], np.cumsum(np.maximum(differences[order], 0.0))])
    sufficient = np.flatnonzero(left <= 0)
    return order[: sufficient[0]] if len(sufficient) else None


def smallest_edit(scores: Floats, vector: Floats, target: float) -> NDArray[np.float64] | None:
    """Return the (K,) shortest change of a class vector v so that s·v/‖v‖ reaches ``target``, or None if impossible.

    All vectors that reach it form a cone around s with half-angle θ = arccos(target/‖s‖); the nearest of them to v
    is the projection of v on the edge of the cone in the plane of s and v.
    """
    s, v = np.asarray(scores, dtype=np.float64), np.asarray(vector, dtype=np.float64)
    strength, length = float(np.linalg.norm(s)), float(np.linalg.norm(v))
    if strength == 0 or length == 0 or target >= strength:
        return None
    along = s / strength
    if along @ v >= target / strength * length:
        return np.zeros_like(v)
    across = v - (along @ v) * along
    size = float(np.linalg.norm(across))
    if size < 1e-12 * length:
        return None  # v is opposite to s, so no direction is the shortest.
    cosine = max(-1.0, target / strength)
    edge = cosine * along + np.sqrt(1 - cosine**2) * across / size
    return np.asarray(max(0.0, float(edge @ v)) * edge - v)
