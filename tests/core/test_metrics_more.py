"""Metrics of attributes, of parts and of the two sub-nets' agreement, each against an independent computation."""

import brute_force
import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.special import softmax
from sklearn.metrics import confusion_matrix, recall_score, roc_auc_score

from msdn_core.domain.metrics import (
    attribute_auc,
    class_accuracies,
    confusion,
    correct_parts,
    enlarged_peaks,
    jensen_shannon,
    map_overlap,
)
from msdn_core.domain.metrics.body_parts import APN, PROJECT_PARTS, body_parts
from msdn_core.importers.formats.cub.parts import GROUP_PARTS


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_accuracies_within_classes_and_the_confusion_are_scikit_learns(rng):
    labels = rng.integers(0, 6, 80)
    labels[labels == 4] = 3
    predictions = rng.integers(0, 6, 80)
    found = class_accuracies(labels, predictions, 6)
    assert np.isnan(found[4]), "no image is of this class"
    expected = recall_score(labels, predictions, labels=[0, 1, 2, 3, 5], average=None)
    assert found[[0, 1, 2, 3, 5]] == pytest.approx(expected)
    assert (confusion(labels, predictions, 6) == confusion_matrix(labels, predictions, labels=range(6))).all()


def test_attribute_auc_is_scikit_learns_over_the_known_images_also_with_ties(rng):
    scores = rng.normal(size=(60, 9)).round(1)
    truth = rng.integers(-1, 2, size=(60, 9)).astype(np.int8)
    truth[:, 7], truth[:, 8] = 1, -1
    found = attribute_auc(scores, truth)
    for column in range(7):
        known = truth[:, column] >= 0
        assert found[column] == pytest.approx(roc_auc_score(truth[known, column], scores[known, column]))
    assert np.isnan(found[7:]).all(), "one kind of images is missing"


def test_divergence_of_the_sub_nets_is_scipys(rng):
    first, second = rng.normal(size=(7, 20)) * 4, rng.normal(size=(7, 20)) * 4
    expected = jensenshannon(softmax(first, axis=1), softmax(second, axis=1), axis=1) ** 2
    assert jensen_shannon(first, second) == pytest.approx(expected)
    assert jensen_shannon(first, first + 3) == pytest.approx(np.zeros(7), abs=1e-12)
    apart = np.array([[900.0, 0.0]]), np.array([[0.0, 900.0]])
    assert jensen_shannon(*apart) == pytest.approx([np.log(2)])


def test_overlap_of_maps_is_what_a_loop_over_regions_adds_up(rng):
    first, second = rng.random((3, 4, 9)), rng.random((3, 4, 9)) * 50
    found = map_overlap(first, second)
    for image in range(3):
        for attribute in range(4):
            a, b = first[image, attribute], second[image, attribute]
            expected = sum(min(x / a.sum(), y / b.sum()) for x, y in zip(a, b, strict=True))
            assert found[image, attribute] == pytest.approx(expected)
    assert map_overlap(first, first * 7) == pytest.approx(np.ones((3, 4)))
    assert map_overlap(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 0
    assert map_overlap(np.zeros(4), np.ones(4)) == 0


@pytest.mark.parametrize("grid", [(7, 7), (14, 14), (5, 9), (3, 3)])
def test_the_peak_of_an_enlarged_map_is_that_of_all_its_pixels(rng, grid):
    maps = rng.random((40, *grid))
    maps[:6] = maps[:6].round(0)
    maps[6] = 0.5
    found = enlarged_peaks(maps)
    for map_, (x, y) in zip(maps, found.tolist(), strict=True):
        whole = brute_force.enlarge(map_)
        assert whole[y, x] == pytest.approx(whole.max(), abs=1e-12)
    row, column = np.unravel_index(brute_force.enlarge(maps[20]).argmax(), (224, 224))
    assert found[20].tolist() == [column, row]
    corner = np.zeros(grid)
    corner[0, -1] = 1
    assert enlarged_peaks(corner)[1] == 0, "a border repeats its region, and the first of equal pixels counts"


@pytest.mark.parametrize("scale", [1.4, 4.0])
def test_correct_parts_are_those_of_a_loop_over_images_and_maps(rng, scale):
    maps = rng.random((60, 3, 7, 7)) ** 3
    points = rng.integers(0, 224, size=(60, 2, 2)).astype(float)
    points[rng.random((60, 2)) < 0.4] = np.nan
    corners = rng.integers(0, 100, size=(60, 2))
    boxes = np.concatenate([corners, corners + rng.integers(20, 124, size=(60, 2))], axis=1)
    found = correct_parts(enlarged_peaks(maps), points, boxes, scale)
    expected = [
        [
            brute_force.part_is_correct(
                maps[image, group],
                [tuple(map(int, point)) for point in points[image] if not np.isnan(point).any()],
                boxes[image].tolist(),
                scale,
            )
            for group in range(3)
        ]
        for image in range(60)
    ]
    assert np.isnan(found).tolist() == [[value is None for value in row] for row in expected]
    assert np.nan_to_num(found).tolist() == [[float(value or 0) for value in row] for row in expected]
    assert 0 < np.nanmean(found) < 1


def test_a_peak_on_the_true_part_is_correct_and_one_a_box_away_is_not():
    bird, part = np.array([[40, 40, 180, 180]]), np.array([[[100.0, 100.0]]])
    shifts = np.array([[[100, 100], [130, 100], [160, 100]]])
    assert correct_parts(shifts, part, bird, 1.4).tolist() == [[1.0, 1.0, 0.0]]
    assert correct_parts(shifts, part, bird, 4.0).tolist() == [[1.0, 0.0, 0.0]]


def test_body_parts_are_apns_where_cubs_points_are_marked_and_the_projects_own_elsewhere():
    cub = ["back", "beak", "belly", "breast", "crown", "forehead", "left eye", "left leg", "left wing", "nape"]
    cub += ["right eye", "right leg", "right wing", "tail", "throat"]
    apn = [[1, 4, 5, 6, 9, 10], [3, 14], [2], [0], [8, 12], [13], [7, 11]]
    protocol, parts = body_parts(cub, GROUP_PARTS)
    assert protocol == APN
    assert [[cub.index(point) for point in part.points] for part in parts] == apn
    assert [part.name for part in parts if not part.counted] == ["tail"]
    assert sorted(group for part in parts for group in part.groups) == sorted(GROUP_PARTS)
    protocol, parts = body_parts(["crown", "wing"], {"crown": ["crown"], "colour": ["wing"], "pattern": ["wing"]})
    assert protocol == PROJECT_PARTS
    assert [(part.points, part.groups) for part in parts] == [
        (("crown",), ("crown",)),
        (("wing",), ("colour", "pattern")),
    ]
