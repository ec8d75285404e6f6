"""What one image's attribute scores mean for the classes of a table."""

import numpy as np
import pytest

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.reading import Reading


@pytest.fixture
def reading() -> Reading:
    draw = np.random.default_rng(3)
    attributes = tuple(Attribute("part", str(number)) for number in range(6))
    classes = ("heron", "tern", "gull", "wader")
    table = ClassTable(attributes, classes, draw.random((4, 6)), np.array([True, True, False, False]))
    return Reading(draw.normal(size=6), table, gamma=0.3)


def test_contributions_sum_to_the_score_that_gamma_is_taken_off(reading):
    order, scores = reading.ranking()
    assert scores[order].tolist() == sorted(scores, reverse=True)
    for row, name in enumerate(reading.table.classes):
        assert reading.contributions(name).sum() - 0.3 * reading.table.seen[row] == pytest.approx(scores[row])
    assert reading.contributions("no such class") is None


def test_other_scores_change_their_own_contributions_alone(reading):
    other = reading.with_scores({2: 7.0, 4: -1.0})
    change = other.contributions("gull") - reading.contributions("gull")
    assert np.flatnonzero(change).tolist() == [2, 4]
    unit = reading.table.unit_vectors()[2]
    assert other.contributions("gull")[2] == pytest.approx(7.0 * unit[2])
    assert reading.with_scores({}) is reading
    assert reading.scores[2] != 7.0, "what the network said is still there"


def test_the_smallest_edit_draws_level_with_the_leader(reading):
    order, scores = reading.ranking()
    leader, last = (reading.table.classes[int(order[place])] for place in (0, -1))
    row = reading.table.class_index[last]
    edited = reading.table.with_vectors([row], reading.table.vectors[row][None] + reading.smallest_edit(last, leader))
    after = Reading(reading.scores, edited, reading.gamma).ranking()[1]
    assert after[row] == pytest.approx(scores.max())
