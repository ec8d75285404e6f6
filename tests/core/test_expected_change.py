"""The expected information gain is what Bayes' rule gives for both answers."""

from __future__ import annotations

import numpy as np

from msdn_core.domain.expected_change import answer_probabilities, class_beliefs, expected_change
from msdn_core.domain.image_similarity import image_similarity

DRAW = np.random.default_rng(5)
CHANCES = answer_probabilities(DRAW.uniform(0, 100, (7, 9)), 100)
SCORES = DRAW.normal(0, 2, (4, 7))
NOBODY = np.full((4, 9), -1, np.int8)


def divergence(after: np.ndarray, before: np.ndarray) -> float:
    return float((after * np.log2(after / before)).sum())


def test_the_gain_is_the_mean_divergence_over_both_answers() -> None:
    before = class_beliefs(SCORES, CHANCES, NOBODY)
    found = expected_change(before, CHANCES, NOBODY)
    for image in range(4):
        for attribute in range(9):
            expected = 0.0
            for answer in (0, 1):
                said = NOBODY.copy()
                said[image, attribute] = answer
                after = class_beliefs(SCORES, CHANCES, said)[image]
                given = CHANCES[:, attribute] if answer else 1 - CHANCES[:, attribute]
                expected += float(before[image] @ given) * divergence(after, before[image])
            np.testing.assert_allclose(found[image, attribute], expected, atol=1e-12)


def test_judged_or_uninformative_attributes_have_no_gain() -> None:
    said = NOBODY.copy()
    said[1, 3] = 0
    flat = CHANCES.copy()
    flat[:, 5] = 0.3
    sure = SCORES.copy()
    sure[2, 4] = 500.0
    found = expected_change(class_beliefs(sure, flat, said), flat, said)
    assert found[1, 3] == 0
    np.testing.assert_allclose(found[:, 5], 0, atol=1e-12)
    np.testing.assert_allclose(found[2], 0, atol=1e-12)
    assert (found[0, :5] > 0).all()
    assert found.max() <= 1.0, "an answer is one bit at most"


def test_similarity_ignores_what_all_images_share() -> None:
    shared = np.linspace(0, 50, 30)
    own = DRAW.normal(size=(6, 30))
    scores = (shared + np.concatenate([own, own + DRAW.normal(0, 0.05, (6, 30)), -own])).astype(np.float32)
    found = image_similarity(scores, 2)
    assert found.argsort()[::-1][:2].tolist() == [2, 8]
    assert found[2] > 0.999
    assert found[8] > 0.9
    assert found.argmin() == 14
    assert image_similarity(np.zeros((2, 4)), 0).tolist() == [0, 0]
