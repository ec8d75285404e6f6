"""Suggestions compare the attribute scores of one image, whatever the checkpoint's scale."""

from __future__ import annotations

import numpy as np

from msdn_core.domain.suggestions import strengths, suggested


def test_strengths_do_not_depend_on_a_checkpoints_scale() -> None:
    scores = np.random.default_rng(3).normal(2, 5, (4, 30))
    np.testing.assert_allclose(strengths(scores), strengths(0.01 * scores - 7))
    np.testing.assert_allclose(strengths(scores).mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(strengths(scores).std(axis=1), 1)
    assert strengths(np.full(5, 3.0)).tolist() == [0.0] * 5


def test_only_what_nobody_judged_is_suggested() -> None:
    present = np.array([-1, 1, 0, -1], np.int8)
    assert suggested(np.array([1.0, 5.0, 5.0, 0.99]), present, 1.0).tolist() == [True, False, False, False]
