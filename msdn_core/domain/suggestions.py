"""What the network would say of an image's attributes, in a form that can be held against a threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import BoolArray, FloatArray
from msdn_core.domain.scoring import Floats


def strengths(scores: Floats) -> FloatArray:
    """How far each attribute score lies above the image's mean, in standard deviations: (…, K) from (…, K).

    Attribute scores are trained by what they make of classes, so they have no unit and no zero of their own: each
    checkpoint has another scale. Within one image they can be compared (reference, section 2).
    """
    values = np.asarray(scores, dtype=np.float64)
    spread = values.std(axis=-1, keepdims=True)
    centred = values - values.mean(axis=-1, keepdims=True)
    return np.asarray(np.divide(centred, spread, out=np.zeros_like(values), where=spread > 0))


def suggested(strength: FloatArray, present: NDArray[np.int8], threshold: float) -> BoolArray:
    """(K,) which attributes are suggested as present: strong enough, and nobody has judged them (−1)."""
    return np.asarray((strength >= threshold) & (present < 0))
