"""The class scores of one image from its attribute scores."""

import numpy as np
import pytest

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.image_prediction import ImagePrediction


@pytest.fixture
def prediction() -> ImagePrediction:
    draw = np.random.default_rng(3)
    attributes = tuple(Attribute("part", str(number)) for number in range(6))
    classes = ("heron", "tern", "gull", "wader")
    table = ClassTable(attributes, classes, draw.random((4, 6)), np.array([True, True, False, False]))
    return ImagePrediction(draw.normal(size=6), table, gamma=0.3)


def test_contributions_sum_to_the_score_before_gamma(prediction):
    order, scores = prediction.ranking()
    assert scores[order].tolist() == sorted(scores, reverse=True)
    for row, name in enumerate(prediction.table.classes):
        assert prediction.contributions(name).sum() - 0.3 * prediction.table.seen[row] == pytest.approx(scores[row])
    assert prediction.contributions("no such class") is None


def test_other_scores_change_only_their_own_contributions(prediction):
    other = prediction.with_scores({2: 7.0, 4: -1.0})
    change = other.contributions("gull") - prediction.contributions("gull")
    assert np.flatnonzero(change).tolist() == [2, 4]
    unit = prediction.table.unit_vectors()[2]
    assert other.contributions("gull")[2] == pytest.approx(7.0 * unit[2])
    assert prediction.with_scores({}) is prediction
    assert prediction.scores[2] != 7.0, "what the network said is still there"


def test_the_smallest_edit_ties_with_the_leader(prediction):
    order, scores = prediction.ranking()
    leader, last = (prediction.table.classes[int(order[place])] for place in (0, -1))
    row = prediction.table.class_index[last]
    edited = prediction.table.with_vectors(
        [row], prediction.table.vectors[row][None] + prediction.smallest_edit(last, leader)
    )
    after = ImagePrediction(prediction.scores, edited, prediction.gamma).ranking()[1]
    assert after[row] == pytest.approx(scores.max())
