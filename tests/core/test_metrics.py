"""Each metric of the field against an independent computation."""

import itertools

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from msdn_core.domain.metrics import (
    figures,
    harmonic_mean,
    per_class_accuracy,
    pointing_chance,
    pointing_hits,
    seen_unseen_curve,
)


@pytest.fixture(params=range(4))
def problem(request):
    rng = np.random.default_rng(request.param)
    seen = np.array([True] * 7 + [False] * 4)
    labels = rng.integers(0, 11, size=160)
    scores = rng.normal(size=(160, 11)) + 1.2 * np.eye(11)[labels] + 0.8 * seen
    return scores, labels, seen


pytestmark = pytest.mark.filterwarnings("ignore:y_pred contains classes")


def test_per_class_accuracy_is_scikit_learns_balanced_accuracy(problem):
    scores, labels, _ = problem
    predictions = scores.argmax(axis=1)
    assert per_class_accuracy(labels, predictions) == pytest.approx(balanced_accuracy_score(labels, predictions))


def test_a_large_class_counts_no_more_than_a_small_one():
    assert per_class_accuracy(np.array([0] * 9 + [1]), np.zeros(10, int)) == 0.5
    assert per_class_accuracy(np.array([], int), np.array([], int)) is None


def test_czsl_is_among_unseen_classes_and_u_and_s_among_all(problem):
    scores, labels, seen = problem
    unseen = ~seen[labels]
    found = figures(scores, labels, seen, gamma=0.5)
    shifted = scores - 0.5 * seen
    assert found.U == pytest.approx(balanced_accuracy_score(labels[unseen], shifted[unseen].argmax(1)))
    assert found.S == pytest.approx(balanced_accuracy_score(labels[~unseen], shifted[~unseen].argmax(1)))
    alone = np.where(seen, -np.inf, scores)[unseen].argmax(1)
    assert found.czsl == pytest.approx(balanced_accuracy_score(labels[unseen], alone))
    assert found.H == pytest.approx(2 * found.U * found.S / (found.U + found.S))


def test_the_curve_agrees_with_a_sweep_over_every_gamma(problem):
    scores, labels, seen = problem
    curve = seen_unseen_curve(scores, labels, seen)
    for stretch in range(len(curve.gamma) + 1):
        at = figures(scores, labels, seen, curve.gamma_of(stretch))
        assert (at.S, at.U) == pytest.approx((curve.seen[stretch], curve.unseen[stretch]))
    assert curve.harmonic[curve.best] == pytest.approx(
        max(figures(scores, labels, seen, gamma).H for gamma in np.linspace(-8, 8, 4001)), abs=1e-9
    )


def test_the_area_is_that_of_a_fine_sweep(problem):
    scores, labels, seen = problem
    points = [figures(scores, labels, seen, gamma) for gamma in np.linspace(-9, 9, 6001)]
    area = sum((a.S - b.S) * (a.U + b.U) / 2 for a, b in itertools.pairwise(points))
    assert seen_unseen_curve(scores, labels, seen).area == pytest.approx(area, abs=2e-3)


def test_perfect_scores_fill_the_square():
    labels, seen = np.arange(6), np.arange(6) < 3
    curve = seen_unseen_curve(np.eye(6) * 10, labels, seen)
    assert curve.area == pytest.approx(1.0)
    assert figures(np.eye(6) * 10, labels, seen, curve.gamma_of(curve.best)).H == 1.0


def test_values_that_cannot_be_measured_are_none_and_not_nan():
    seen, labels = np.array([True, True, False]), np.array([0, 1])
    found = figures(np.eye(3)[:2], labels, seen, 0.0)
    assert (found.czsl, found.U, found.S, found.H) == (None, None, 1.0, None)
    assert seen_unseen_curve(np.eye(3)[:2], labels, seen) is None
    assert harmonic_mean(0.0, 0.0) == 0.0


def test_a_peak_next_to_any_true_place_is_a_hit_and_one_further_off_is_not():
    truth = np.array([[3.0, 3.0], [np.nan, np.nan], [6.0, 0.0]])
    peaks = np.array([[2, 4], [5, 1], [3, 5], [0, 0]])
    assert pointing_hits(peaks, np.broadcast_to(truth, (4, 3, 2))).tolist() == [True, True, False, False]
    assert not pointing_hits(np.array([0, 0]), np.full((2, 2), np.nan))


def test_chance_is_the_share_of_regions_that_would_hit():
    truth = np.array([[[3.0, 3.0]], [[0.0, 0.0]], [[np.nan, np.nan]]])
    assert pointing_chance(truth, (7, 7)) == pytest.approx([9 / 49, 4 / 49, 0.0])
