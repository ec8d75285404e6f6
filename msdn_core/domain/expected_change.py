"""The expected information gain of a judgement: how much it would tell about the class of an image.

The network's belief in a class is the softmax of its class scores, as in training. The value of an attribute in a class
semantic vector is the probability that a person answers “present” for images of the class, as CUB's percentages are.
A judgement changes the belief by Bayes' rule, and the expected change in bits is the information gain: the mean
Kullback-Leibler divergence of the belief after from the belief before, over both answers. Recognition with a person in
the loop chooses its next question in this way (Branson et al., ECCV 2010).

Letters: N images, M classes, K attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import FloatArray
    from msdn_core.domain.scoring import Floats

_SURE = 0.95
"""The highest probability of an answer: people sometimes differ from the class vector."""


def answer_probabilities(vectors: Floats, highest: float) -> FloatArray:
    """Return (M, K) probabilities of the answer “present” from class vectors with values up to ``highest``."""
    return np.asarray(np.clip(np.asarray(vectors, dtype=np.float64) / highest, 1 - _SURE, _SURE))


def class_beliefs(class_scores: Floats, chances: FloatArray, present: NDArray[np.int8]) -> FloatArray:
    """Return (N, M) class probabilities: the softmax of the scores, updated with the judgements by Bayes' rule.

    Judgements count as independent given the class.

    Parameters
    ----------
    class_scores
        (N, M) calibrated class scores.
    chances
        (M, K) probabilities of the answer “present”.
    present
        (N, K): 1, 0, or −1 without a judgement.
    """
    logits = np.asarray(class_scores, dtype=np.float64)
    if (present >= 0).any():
        logits = logits + (present == 1) @ np.log(chances).T + (present == 0) @ np.log(1 - chances).T
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def expected_change(beliefs: FloatArray, chances: FloatArray, present: NDArray[np.int8]) -> FloatArray:
    """Return the (N, K) expected information gain of a judgement in bits; 0 for attributes already judged."""
    gain = _entropy(beliefs @ chances) - beliefs @ _entropy(chances)
    return np.asarray(np.where(present < 0, np.maximum(gain, 0.0), 0.0))


def _entropy(chance: FloatArray) -> FloatArray:
    """Return the entropy of a yes/no answer in bits; probabilities of 0 and 1 do not occur."""
    return np.asarray(-chance * np.log2(chance) - (1 - chance) * np.log2(1 - chance))
