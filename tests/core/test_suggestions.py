"""Suggestions compare the attribute scores of one image, whatever the checkpoint's scale."""

from __future__ import annotations

import numpy as np

from msdn_core.domain.suggestions import attribute_uncertainty, class_uncertainty, disagreement, strengths, suggested


def test_strengths_do_not_depend_on_a_checkpoints_scale() -> None:
    scores = np.random.default_rng(3).normal(2, 5, (4, 30))
    np.testing.assert_allclose(strengths(scores), strengths(0.01 * scores - 7))
    np.testing.assert_allclose(strengths(scores).mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(strengths(scores).std(axis=1), 1)
    assert strengths(np.full(5, 3.0)).tolist() == [0.0] * 5


def test_only_unjudged_attributes_are_suggested() -> None:
    present = np.array([-1, 1, 0, -1], np.int8)
    assert suggested(np.array([1.0, 5.0, 5.0, 0.99]), present, 1.0).tolist() == [True, False, False, False]


def test_uncertain_predictions_come_first() -> None:
    doubt = class_uncertainty(np.array([[5.0, 1.0, 0.0], [5.0, 4.5, 0.0], [0.0, 2.0, 2.0]]))
    assert (-doubt).argsort().tolist() == [2, 1, 0]
    assert attribute_uncertainty(np.array([3.0, 1.1, -2.0]), 1.0).argsort()[::-1].tolist() == [1, 0, 2]


def test_disagreement_depends_on_ranks_and_not_on_scale() -> None:
    av = np.random.default_rng(1).normal(size=(3, 40))
    va = np.stack([av[0] * 100 + 3, -av[1], np.random.default_rng(2).normal(size=40)])
    same, opposite, other = disagreement(av, va)
    assert abs(same) < 1e-9
    assert abs(opposite - 2) < 1e-9
    assert 0.5 < other < 1.5
