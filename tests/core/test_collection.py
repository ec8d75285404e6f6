"""Editing a whole collection gives the same result as scoring it again."""

import numpy as np
import pytest

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.collection import RankedCollection
from msdn_core.domain.scoring import calibrated, class_scores

N, M, K, GAMMA = 60, 9, 7, 0.4


def anew(attribute_scores, vectors, seen, clip):
    """Scores, places and winners from nothing, by the functions that a single image is scored with."""
    table = ClassTable(
        tuple(Attribute("", str(column)) for column in range(K)),
        tuple(str(row) for row in range(len(vectors))),
        vectors,
        seen,
    )
    scores = calibrated(class_scores(attribute_scores, table.unit_vectors(clip_negative=clip)), seen, GAMMA)
    places = (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    return scores, places, scores.argmax(axis=1)


@pytest.mark.parametrize("clip", [False, True])
def test_edits_and_new_classes_equal_scoring_again(clip):
    rng = np.random.default_rng(5)
    attribute_scores, vectors = rng.normal(size=(N, K)), rng.normal(size=(M, K))
    seen = np.arange(M) < 6
    ranked = RankedCollection(attribute_scores, vectors, seen, gamma=GAMMA, clip_negative=clip)
    for turn in range(60):
        before = ranked.winners.copy()
        if turn % 3 == 2:
            vector, is_seen = rng.normal(size=K), bool(turn % 2)
            moved = ranked.add(vector, seen=is_seen)
            vectors, seen = np.vstack([vectors, vector]), np.append(seen, is_seen)
        else:
            row, column = int(rng.integers(len(vectors))), int(rng.integers(K))
            vectors[row, column] = rng.normal() * 3
            moved = ranked.edit(row, column, vectors[row, column])
        scores, places, winners = anew(attribute_scores, vectors, seen, clip)
        np.testing.assert_allclose(ranked.scores, scores, atol=1e-5)
        assert np.array_equal(ranked.places, places)
        assert np.array_equal(ranked.winners, winners)
        assert np.array_equal(moved, np.flatnonzero(before != winners))
    assert len(vectors) == M + 20


def test_tied_classes_share_a_place_and_the_first_wins():
    attribute_scores = np.abs(np.random.default_rng(1).normal(size=(N, K))) + 0.1
    vectors = np.vstack([np.eye(K)[0], np.ones(K), np.ones(K)])
    ranked = RankedCollection(attribute_scores, vectors, np.zeros(3, dtype=bool), gamma=0.0)
    first = ranked.places[:, 1] == 0
    assert first.any()
    assert np.array_equal(ranked.places[:, 1], ranked.places[:, 2])
    assert set(ranked.winners[first]) == {1}
    moved = ranked.edit(1, 0, 0.0)
    assert len(moved) > 0
    ranked.edit(1, 0, 1.0)
    assert set(ranked.winners[first]) == {1}, "back where it was, it stands level again and is the first"


def test_a_class_with_a_zero_vector_scores_zero():
    ranked = RankedCollection(np.ones((4, 2)), np.array([[0.0, 1.0], [1.0, 1.0]]), np.zeros(2, dtype=bool), gamma=0.0)
    ranked.edit(0, 1, 0.0)
    assert not ranked.scores[:, 0].any()
    assert set(ranked.winners) == {1}
