"""What would change a prediction, against brute force."""

from itertools import combinations

import numpy as np
import pytest

from msdn_core.domain.counterfactual import fewest_scores, smallest_edit


@pytest.mark.parametrize("seed", range(20))
def test_no_smaller_set_of_scores_changes_the_prediction(seed):
    draw = np.random.default_rng(seed)
    differences, offset = draw.normal(0.3, 1.0, 7), float(draw.normal(0, 1.5))
    found = fewest_scores(differences, offset)
    turning = [
        chosen
        for count in range(8)
        for chosen in combinations(range(7), count)
        if differences.sum() - differences[list(chosen)].sum() + offset <= 0
    ]
    if found is None:
        assert turning == []
    else:
        assert len(found) == min(map(len, turning))
        assert differences.sum() - differences[found].sum() + offset <= 1e-12


@pytest.mark.parametrize("seed", range(20))
def test_the_smallest_edit_reaches_the_score_and_no_shorter_one_does(seed):
    draw = np.random.default_rng(seed)
    scores, vector = draw.normal(size=5), draw.random(5)
    target = float(draw.uniform(-0.5, 0.98)) * float(np.linalg.norm(scores))
    edit = smallest_edit(scores, vector, target)
    after = vector + edit
    before = scores @ vector / np.linalg.norm(vector)
    if before >= target:
        assert not edit.any()
        return
    if np.linalg.norm(after) > 1e-9:
        assert scores @ after / np.linalg.norm(after) == pytest.approx(target)
    directions = draw.normal(size=(20_000, 5))
    steps = directions / np.linalg.norm(directions, axis=1, keepdims=True) * 0.98 * np.linalg.norm(edit)
    tried = vector + steps
    assert (tried @ scores / np.linalg.norm(tried, axis=1) < target + 1e-9).all()


def test_a_score_that_no_vector_reaches_has_no_edit():
    scores = np.array([3.0, 4.0])
    assert smallest_edit(scores, np.ones(2), 5.1) is None
    assert smallest_edit(np.zeros(2), np.ones(2), 0.1) is None
    assert smallest_edit(scores, np.zeros(2), 1.0) is None
