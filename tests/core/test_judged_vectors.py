"""Class vectors from judgements of images: percent present, weighted by certainty."""

from __future__ import annotations

import numpy as np
import pytest

from msdn_core.domain.judged_vectors import vectors_from_judgements


def test_a_value_is_the_weighted_share_of_present_judgements() -> None:
    #                     class 0: definitely, guessing, not visible; class 1: nobody; class 2: probably
    present = np.array([[1, 0], [0, -1], [0, 1], [1, 1], [1, -1]], np.int8)
    certainty = np.array([[4, 4], [2, 0], [1, 3], [3, 4], [4, 0]], np.int8)
    labels = np.array([0, 0, 0, 2, -1])
    made = vectors_from_judgements(present, certainty, labels, 3)
    # 1 / (1 + 1/3) and (2/3) / (1 + 2/3); an image without a class counts for none.
    np.testing.assert_allclose(made.share, [[0.75, 0.4], [np.nan, np.nan], [1, 1]])
    assert made.count.tolist() == [[2, 2], [0, 0], [1, 1]]
    assert made.has_at_least(2).tolist() == [[True, True], [False, False], [False, False]]


def test_vectors_equal_a_loop_over_images() -> None:
    draw = np.random.default_rng(5)
    present, certainty = draw.integers(-1, 2, (60, 7)), draw.integers(1, 5, (60, 7))
    labels = draw.integers(-1, 4, 60)
    made = vectors_from_judgements(present.astype(np.int8), certainty.astype(np.int8), labels, 4)
    for row in range(4):
        for column in range(7):
            said = [
                (present[n, column], (certainty[n, column] - 1) / 3)
                for n in range(60)
                if labels[n] == row and present[n, column] >= 0 and certainty[n, column] > 1
            ]
            total = sum(weight for _, weight in said)
            assert made.count[row, column] == len(said)
            assert made.share[row, column] == pytest.approx(sum(p * w for p, w in said) / total)


def test_no_images_and_no_classes_are_accepted() -> None:
    made = vectors_from_judgements(np.zeros((0, 3), np.int8), np.zeros((0, 3), np.int8), np.zeros(0, np.int64), 2)
    assert np.isnan(made.share).all()
    assert (
        vectors_from_judgements(np.zeros((1, 0), np.int8), np.zeros((1, 0), np.int8), np.array([0]), 1).count.size == 0
    )
