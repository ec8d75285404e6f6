"""How much a judgement of an attribute would tell of an image's class, before anybody has judged it.

The network's belief in a class is the softmax of its class scores, as it was trained; an attribute's value in a class
semantic vector is read as the chance that a person says “present” of that class's images (CUB's percentages are just
that). A judgement then changes the belief by Bayes' rule, and the change that is to be expected, in bits, is the
information gain: the mean Kullback-Leibler divergence of the belief afterwards from the belief before, over both
answers. It is what a next question is chosen by in recognition with a person in the loop (Branson et al., ECCV 2010).

Letters: N images, M classes, K attributes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import FloatArray
from msdn_core.domain.scoring import Floats

_SURE = 0.95
"""People say otherwise than a class's vector now and then, so no answer is ever certain."""


def answer_probabilities(vectors: Floats, highest: float) -> FloatArray:
    """(M, K) chances of the answer “present”, from class vectors whose values run up to ``highest``."""
    return np.asarray(np.clip(np.asarray(vectors, dtype=np.float64) / highest, 1 - _SURE, _SURE))


def class_beliefs(class_scores: Floats, chances: FloatArray, present: NDArray[np.int8]) -> FloatArray:
    """(N, M) the chance of each class: the softmax of (N, M) calibrated scores, and what was judged, by Bayes' rule.

    ``present`` (N, K) is 1, 0 or, where nobody judged, −1. Judgements count as independent given the class.
    """
    logits = np.asarray(class_scores, dtype=np.float64)
    if (present >= 0).any():
        logits = logits + (present == 1) @ np.log(chances).T + (present == 0) @ np.log(1 - chances).T
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def expected_change(beliefs: FloatArray, chances: FloatArray, present: NDArray[np.int8]) -> FloatArray:
    """(N, K) bits that a judgement of each attribute is expected to change the belief by; 0 where it was judged."""
    gain = _entropy(beliefs @ chances) - beliefs @ _entropy(chances)
    return np.asarray(np.where(present < 0, np.maximum(gain, 0.0), 0.0))


def _entropy(chance: FloatArray) -> FloatArray:
    """Of a yes or no, in bits; chances of 0 and 1 do not occur."""
    return np.asarray(-chance * np.log2(chance) - (1 - chance) * np.log2(1 - chance))
