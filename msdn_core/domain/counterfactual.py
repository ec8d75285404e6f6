"""What would have to be otherwise for another class to win: on cached attribute scores, without the network.

Letters as in the reference: s is the fused attribute scores of an image (K,), v a class semantic vector (K,).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.scoring import Floats


def fewest_scores(differences: Floats, offset: float) -> NDArray[np.intp] | None:
    """The fewest attributes whose scores, each set to 0, take a class's lead away; the weightiest first.

    ``differences`` (K,) are the leader's contributions less the other's; the lead is their sum plus ``offset`` (what
    calibrated stacking gives the leader). Setting a score to 0 takes its difference out of the sum, so taking the
    greatest first needs the fewest. Empty where there is no lead; None where no such set exists.
    """
    lead = float(differences.sum()) + offset
    order = np.argsort(-differences, kind="stable")
    left = lead - np.concatenate([[0.0], np.cumsum(np.maximum(differences[order], 0.0))])
    enough = np.flatnonzero(left <= 0)
    return order[: enough[0]] if len(enough) else None


def smallest_edit(scores: Floats, vector: Floats, target: float) -> NDArray[np.float64] | None:
    """(K,) the shortest that can be added to a class vector v so that s·v/‖v‖ reaches ``target``; None if nothing can.

    All vectors that reach it form a cone around s with half-angle θ = arccos(target/‖s‖); the nearest of them to v
    lies in the plane of s and v, on the cone's edge (v's projection on it).
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
        return None  # v points straight away from s: no way round it is shorter than another.
    cosine = max(-1.0, target / strength)
    edge = cosine * along + np.sqrt(1 - cosine**2) * across / size
    return np.asarray(max(0.0, float(edge @ v)) * edge - v)
