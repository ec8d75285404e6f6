"""Noise and differences: every draw against the definition of the result on the drawn images."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from msdn_core.domain.metrics import (
    attribute_auc,
    best_seen_unseen,
    bootstrap,
    class_accuracies,
    figures,
    seeds,
)
from msdn_core.domain.scoring import calibrated

SEEN = np.array([True, True, True, False, False])


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def test_set(rng):
    labels = np.repeat(np.arange(5), [4, 7, 3, 6, 5])
    scores = rng.normal(size=(len(labels), 5)).round(1)
    scores[np.arange(len(labels)), labels] += 0.8
    return labels, scores


def drawn(weights: np.ndarray) -> np.ndarray:
    """The places of the images of one draw."""
    return np.repeat(np.arange(len(weights)), weights.astype(int))


def test_the_two_best_classes_give_the_prediction_of_all_classes(test_set) -> None:
    _, scores = test_set
    best = best_seen_unseen(scores, SEEN)
    # Halves of the scores' own steps, so that ties are among them.
    for gamma in np.arange(-3, 3, 0.05).round(2):
        assert np.array_equal(best.at(gamma), (np.round(calibrated(scores, SEEN, gamma), 6)).argmax(axis=1)) or (
            np.isclose(best.seen_score - gamma, best.unseen_score).any()
        )
    assert (best_seen_unseen(scores[:, :3], SEEN[:3]).at(99.0) < 3).all()


def test_a_draw_has_as_many_images_of_each_class(test_set) -> None:
    labels, _ = test_set
    weights = bootstrap.drawn_weights(labels, 50)
    for number in range(5):
        assert (weights[:, labels == number].sum(axis=1) == (labels == number).sum()).all()
    assert (weights[0] != weights[1]).any()
    assert np.array_equal(weights, bootstrap.drawn_weights(labels, 50)), "the same seed draws the same"
    assert (weights != bootstrap.drawn_weights(labels, 50, seed=1)).any()


def test_results_of_a_draw_are_those_of_its_images(test_set) -> None:
    labels, scores = test_set
    weights = bootstrap.drawn_weights(labels, 30)
    found = bootstrap.figure_draws(weights, labels, SEEN, best_seen_unseen(scores, SEEN), 0.33)
    for draw in range(30):
        rows = drawn(weights[draw])
        wanted = figures(scores[rows], labels[rows], SEEN, 0.33)
        for name in ("czsl", "U", "S", "H"):
            assert found[name][draw] == pytest.approx(getattr(wanted, name), abs=1e-6)


def test_resampled_classes_count_as_often_as_they_are_drawn(test_set) -> None:
    labels, scores = test_set
    weights = bootstrap.drawn_weights(labels, 40, kinds=SEEN)
    hits = best_seen_unseen(scores, SEEN).at(0.33) == labels
    unseen = ~SEEN[labels]
    found = bootstrap.accuracy_draws(weights[:, unseen], labels[unseen], hits[unseen])
    for draw in range(40):
        accuracies, times = [], []
        for number in (3, 4):
            mine = labels == number
            # How often the class was drawn is how much too many of its images there are.
            times.append(weights[draw, mine].sum() / mine.sum())
            if times[-1]:
                accuracies.append(times[-1] * (weights[draw, mine] * hits[mine]).sum() / weights[draw, mine].sum())
        assert sum(times) == pytest.approx(2)
        assert found[draw] == pytest.approx(sum(accuracies) / 2, abs=1e-6)


def test_classes_and_means_of_a_draw_are_those_of_its_images(test_set, rng) -> None:
    labels, scores = test_set
    weights = bootstrap.drawn_weights(labels, 20)
    predictions = scores.argmax(axis=1)
    by_class = bootstrap.class_draws(weights, labels, predictions == labels, 6)
    values = rng.normal(size=(len(labels), 2))
    values[rng.random(values.shape) < 0.3] = np.nan
    means = bootstrap.mean_draws(weights, values)
    for draw in range(20):
        rows = drawn(weights[draw])
        wanted = class_accuracies(labels[rows], predictions[rows], 6)
        np.testing.assert_allclose(by_class[draw], wanted, atol=1e-6)
        np.testing.assert_allclose(means[draw], np.nanmean(values[rows], axis=0), atol=1e-6)
    assert np.isnan(bootstrap.intervals(by_class)[:, 5]).all()


def test_the_auc_of_a_draw_is_that_of_its_images_with_ties_and_unknown_ones(test_set, rng) -> None:
    labels, _ = test_set
    scores = rng.normal(size=len(labels)).round(1)
    truth = rng.choice([-1, 0, 1], len(labels))
    weights = bootstrap.drawn_weights(labels, 25)
    found = bootstrap.auc_draws(weights, scores, truth)
    for draw in range(25):
        rows = drawn(weights[draw])
        wanted = attribute_auc(scores[rows, None], truth[rows, None])[0]
        np.testing.assert_allclose(found[draw], wanted, atol=1e-6)


def test_an_interval_covers_the_truth_as_often_as_its_level(rng) -> None:
    covered = 0
    for trial in range(200):
        hits = rng.random(300) < 0.7
        labels = np.zeros(300, np.int64)
        weights = bootstrap.drawn_weights(labels, 300, seed=trial)
        found = bootstrap.interval(bootstrap.accuracy_draws(weights, labels, hits))
        covered += found.low <= 0.7 <= found.high
    assert 175 <= covered <= 199


def test_equal_runs_do_not_differ_and_a_better_one_differs_by_more_than_noise(rng) -> None:
    labels = np.repeat(np.arange(5), 60)
    weights = bootstrap.drawn_weights(labels, 300)
    right = rng.random(300) < 0.5
    better = right | (rng.random(300) < 0.2)
    draws = [bootstrap.accuracy_draws(weights, labels, hits) for hits in (right, better)]
    assert bootstrap.interval(draws[0] - draws[0]) == bootstrap.Interval(0.0, 0.0)
    assert not bootstrap.interval(draws[1] - draws[0]).contains_zero
    # Unpaired, the same two would not be told apart as sharply.
    apart = bootstrap.accuracy_draws(bootstrap.drawn_weights(labels, 300, seed=9), labels, better) - draws[0]
    assert np.std(apart) > 1.3 * np.std(draws[1] - draws[0])


def test_seeds_have_a_mean_a_deviation_and_welchs_interval() -> None:
    first, second = [0.61, 0.64, 0.62], [0.66, 0.71, 0.69, 0.70]
    found = seeds.spread(first)
    assert (found.mean, found.count) == (pytest.approx(np.mean(first)), 3)
    assert found.deviation == pytest.approx(np.std(first, ddof=1))
    assert seeds.spread([0.5]).deviation is None
    wanted = stats.ttest_ind(second, first, equal_var=False).confidence_interval(0.95)
    interval = seeds.difference_of_means(first, second)
    assert (interval.low, interval.high) == (pytest.approx(wanted.low), pytest.approx(wanted.high))
    assert seeds.difference_of_means([0.5], second) is None
    assert seeds.configuration({"a": 1, "seed": 3}) == seeds.configuration({"seed": 4, "a": 1})
    assert seeds.configuration({"a": 1}) != seeds.configuration({"a": 2})
