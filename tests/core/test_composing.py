"""New classes from other classes, from images, and from words."""

import numpy as np
import pytest

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.composing import ScoreScale, blended
from msdn_core.domain.describing import find_attributes
from msdn_core.errors import MsdnError

BIRDS = tuple(
    Attribute.parse(name)
    for name in (
        "crown::red", "crown::black", "wing pattern::striped", "wing pattern::plain", "wing colour::red",
        "has_bill_shape::hooked_seabird", "has_breast_color::grey", "crest::yes", "crest::no", "size::small", "furry",
    )
)  # fmt: skip


def found(text: str, *, sure: bool = True) -> set[str]:
    return {BIRDS[one.column].full_name for one in find_attributes(text, BIRDS) if one.is_sure is sure}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A small bird with a crimson cap and streaked wings.", {"size::small", "crown::red", "wing pattern::striped"}),
        ("gray chest; no crest", {"has_breast_color::grey", "crest::no"}),
        ("It has a tuft, a dark crown", {"crest::yes", "crown::black"}),
        ("Plain red wing.", {"wing pattern::plain", "wing colour::red"}),
        ("furry", {"furry"}),
        ("", set()),
        ("A reddening dispute about nothing", set()),
    ],
)
def test_attributes_and_their_synonyms_are_found_where_their_part_is_named(text, names) -> None:
    assert found(text) - {"size::small"} == names - {"size::small"}


def test_a_word_without_its_part_is_unsure() -> None:
    assert found("All is red", sure=False) == {"crown::red", "wing colour::red"}
    assert found("All is red") == set()
    assert found("A red crown", sure=False) == set()


def test_the_colour_of_a_part_is_not_that_of_the_whole_bird() -> None:
    birds = (*BIRDS, Attribute.parse("has_primary_color::black"))
    for text, is_sure in (("a black crown", []), ("a bird, all black, with a red crown", [True])):
        hits = [one.is_sure for one in find_attributes(text, birds) if one.column == len(BIRDS)]
        assert hits == is_sure


def test_a_blend_is_the_mean_by_weight() -> None:
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    assert blended(vectors, [3, 1, 0]).tolist() == [0.75, 0.25]
    for weights in ([0, 0, 0], [-1, 2, 1], []):
        with pytest.raises(MsdnError, match="above 0"):
            blended(vectors[: len(weights)], weights)


def test_examples_of_a_class_give_its_vector_and_their_spread() -> None:
    draw = np.random.default_rng(0)
    vectors = draw.random((12, 8))
    table = ClassTable(
        tuple(Attribute("g", str(k)) for k in range(8)), tuple("abcdefghijkl"), vectors, np.arange(12) < 9
    )
    slopes, offsets = draw.uniform(1, 9, 8), draw.normal(size=8)
    labels = np.repeat(np.arange(12), 40)
    scores = (slopes * vectors[labels] + offsets + 0.2 * draw.normal(size=(480, 8))).astype(np.float32)
    scale = ScoreScale.fitted(scores, labels, table)
    mean, spread = scale.mean_and_spread(scores[labels == 11])
    assert mean == pytest.approx(vectors[11], abs=0.05)
    assert (spread < 0.25).all()
    assert (spread > 0.005).all()
    # Labels of unseen classes are not looked at.
    changed = ScoreScale.fitted(scores, labels, table.with_vectors([9, 10, 11], np.zeros((3, 8))))
    np.testing.assert_allclose(changed.slopes, scale.slopes)


def test_without_labels_the_collection_itself_is_the_scale() -> None:
    table = ClassTable(BIRDS, ("one",), np.zeros((1, len(BIRDS))), np.array([True]))
    scores = np.random.default_rng(1).normal(3, 2, (500, len(BIRDS)))
    mean, _ = ScoreScale.fitted(scores, np.full(500, -1), table).mean_and_spread(scores)
    assert (mean > 0.3).all()
    assert (mean < 0.7).all()
    top, _ = ScoreScale.fitted(scores, np.full(500, -1), table).mean_and_spread(scores.max(axis=0)[None])
    assert top.tolist() == [1.0] * len(BIRDS)
