"""Similar classes are next to one another."""

from __future__ import annotations

import numpy as np

from msdn_core.domain.seriation import by_similarity


def test_classes_along_a_line_keep_their_order() -> None:
    rng = np.random.default_rng(0)
    places = np.linspace(0, 1.2, 40)
    vectors = np.stack([np.cos(places), np.sin(places)], axis=1) ** 4
    shuffled = rng.permutation(40)
    found = shuffled[by_similarity(vectors[shuffled])]
    assert np.array_equal(found, np.arange(40)) or np.array_equal(found, np.arange(40)[::-1])


def test_empty_vectors_and_two_classes_are_accepted() -> None:
    assert by_similarity(np.zeros((0, 3))).tolist() == []
    assert by_similarity(np.eye(2)).tolist() == [0, 1]
    assert sorted(by_similarity(np.zeros((5, 3))).tolist()) == list(range(5))
