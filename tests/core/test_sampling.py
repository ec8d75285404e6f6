"""The images of a step follow from seed and step only, drawn as each recipe requires."""

from __future__ import annotations

import numpy as np
import pytest

from msdn_core.training.sampling import batch, hold_out

LABELS = np.repeat(np.arange(10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 30])
KINDS = ("permutation", "epoch", "class_random", "class_balanced")


def draw(sampling, step, size=8, seed=0, labels=LABELS):
    return batch(labels, sampling=sampling, size=size, seed=seed, step=step)


@pytest.mark.parametrize("sampling", KINDS)
def test_a_step_is_reproducible_and_steps_and_seeds_differ(sampling):
    assert np.array_equal(draw(sampling, 7), draw(sampling, 7))
    assert not np.array_equal(draw(sampling, 7), draw(sampling, 8))
    assert not np.array_equal(draw(sampling, 7), draw(sampling, 7, seed=1))


@pytest.mark.parametrize("sampling", KINDS)
def test_a_batch_larger_than_the_data_is_allowed(sampling):
    taken = draw(sampling, 0, size=500)
    assert 0 < len(taken) <= 500
    assert set(taken) <= set(range(len(LABELS)))


def test_permutation_repeats_nothing_within_a_step():
    for step in range(20):
        assert len(set(draw("permutation", step))) == 8


def test_epoch_shows_every_image_once_per_round_in_a_new_order():
    rounds = -(-len(LABELS) // 8)
    first = np.concatenate([draw("epoch", step) for step in range(rounds)])
    second = np.concatenate([draw("epoch", step) for step in range(rounds, 2 * rounds)])
    assert sorted(first) == sorted(second) == list(range(len(LABELS)))
    assert not np.array_equal(first, second)


def test_class_random_shows_one_image_of_each_of_so_many_classes():
    for step in range(20):
        shown = LABELS[draw("class_random", step, size=6)]
        assert len(set(shown)) == len(shown) == 6
    assert len(draw("class_random", 0, size=50)) == 10, "there are no more classes than that"


def test_class_balanced_shows_all_classes_equally_often():
    counts = np.bincount(np.concatenate([LABELS[draw("class_balanced", step, size=20)] for step in range(50)]))
    assert counts.tolist() == [100] * 10


def test_held_out_classes_and_images_are_apart_and_leave_enough_to_train_on():
    classes, images = hold_out(LABELS, share_of_classes=0.2, share_of_images=0.25, seed=0)
    assert not (classes & images).any()
    held = np.unique(LABELS[classes])
    assert len(held) == 2
    assert np.isin(LABELS, held)[classes].all(), "classes are held out as a whole"
    assert classes[np.isin(LABELS, held)].all(), "classes are held out as a whole"
    left = LABELS[~(classes | images)]
    assert set(left) == set(range(10)) - set(held), "every other class keeps images to train on"
    assert 0.1 < images.mean() < 0.3


@pytest.mark.parametrize("labels", [[0, 1], [0, 0, 1, 1, 2], list(range(6)), []])
def test_too_few_classes_or_images_are_not_all_held_out(labels):
    labels = np.array(labels, dtype=np.int64)
    classes, images = hold_out(labels, share_of_classes=0.5, share_of_images=0.5, seed=0)
    left = labels[~(classes | images)]
    assert len(np.unique(left)) >= min(2, len(np.unique(labels)))


def test_shares_of_zero_hold_nothing_out():
    classes, images = hold_out(LABELS, share_of_classes=0.0, share_of_images=0.0, seed=0)
    assert not classes.any()
    assert not images.any()
