"""The search language for images, and the images that match each term."""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdn_core.domain.annotation import ReviewState, Split
from msdn_core.domain.image_columns import ImageColumns, TextColumn, natural_key, review_codes
from msdn_core.domain.predictions import predict
from msdn_core.domain.query import FLAGS, NAMED, SCORES, TEXT, Query, Term, parse_query
from msdn_core.domain.query_matching import facets, find_attribute, find_names, matching
from msdn_core.errors import QueryError

WORDS = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TERMS = st.one_of(
    st.builds(lambda value, no: Term(TEXT, (value,), negated=no), st.text(min_size=1, max_size=12), st.booleans()),
    st.builds(lambda key, no: Term(key, negated=no), st.sampled_from(FLAGS), st.booleans()),
    st.builds(
        lambda key, values, no: Term(key, tuple(values), negated=no),
        st.sampled_from(NAMED),
        st.lists(WORDS, min_size=1, max_size=3, unique=True),
        st.booleans(),
    ),
    st.builds(
        lambda key, value, sign, bound, no: Term(key, (value,), sign, bound, no),
        st.sampled_from(SCORES),
        WORDS,
        st.sampled_from((">", "<", ">=", "<=")),
        NUMBERS,
        st.booleans(),
    ),
)


_PLAIN = st.characters(max_codepoint=127)
"""Letters without accents: a search for “U” finds “Ù” as well."""


@given(st.lists(TERMS, max_size=5).map(lambda terms: Query(tuple(terms))))
def test_a_written_query_is_parsed_unchanged(query: Query) -> None:
    assert parse_query(str(query)) == query


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_is_refused_in_one_sentence(text: str) -> None:
    try:
        query = parse_query(text)
    except QueryError as error:
        sentence = str(error)
    else:
        assert parse_query(str(query)) == query
        return
    assert sentence.endswith(".")
    assert "\n" not in sentence.replace(text, "")


@given(st.lists(TERMS, max_size=4), st.sampled_from(NAMED), WORDS)
def test_toggling_a_name_twice_removes_only_this_name(terms: list[Term], key: str, name: str) -> None:
    query, term = Query(tuple(terms)), Term(key, (name,))
    if not query.has(term):
        assert query.toggled(term).has(term)
        assert query.toggled(term).toggled(term) == query


def test_a_query_is_read_term_by_term() -> None:
    query = parse_query('heron -class:"Red wader",tern split:test WRONG -checked score:crest::yes>=0.5 "wrong"')
    assert query.terms == (
        Term(TEXT, ("heron",)),
        Term("class", ("Red wader", "tern"), negated=True),
        Term("split", ("test",)),
        Term("wrong"),
        Term("checked", negated=True),
        Term("score", ("crest::yes",), ">=", 0.5),
        Term(TEXT, ("wrong",)),
    )
    assert parse_query('class:"Red wa').terms == (Term("class", ("Red wa",)),), "somebody is typing"
    assert parse_query("unlabeled crest::yes").terms == (Term("unlabelled"), Term(TEXT, ("crest::yes",)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("clas:heron", "“clas:” is not a search key"),
        ("class:", "“class:” needs a name"),
        ("score:crest", "without spaces"),
        ("va:crest>much", "va:crest>0.5"),
        ("score:>1", "an attribute"),
        ("score:crest>nan", "a number"),
    ],
)
def test_invalid_queries_are_explained(text: str, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        parse_query(text)


# What the terms leave

CLASSES = ("Red wader", "Striped heron", "Blue tern")
IMAGES = [
    SimpleNamespace(id=10 + n, name=f"Bird_{n}.jpg", class_name=(*CLASSES, None)[n % 4], split=list(Split)[n % 4])
    for n in range(8)
]


@pytest.fixture
def columns() -> ImageColumns:
    """Eight images, the last of which the network has not looked at."""
    made = ImageColumns.from_images(IMAGES)
    scores = np.linspace(0, 1, 14, dtype=np.float32).reshape(7, 2)
    states = {11: ReviewState.CHECKED, 12: ReviewState.FLAGGED, 99: ReviewState.CHECKED}
    return ImageColumns(
        made.ids,
        made.names,
        made.texts,
        made.classes,
        made.class_of,
        made.split_of,
        review_codes(made, states),
        CLASSES,
        np.array([0, 0, 2, 1, 0, 1, 1, -1], dtype=np.int32),
        ("crest::yes", "crest::no"),
        {"score": scores, "av": scores, "va": -scores},
        np.arange(7, dtype=np.int32),
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", range(8)),
        ("bird_3", [3]),
        ("RED wader", [0, 4]),
        ("-heron", [0, 2, 3, 4, 6, 7]),
        ('class:"red_wader",tern', [0, 2, 4, 6]),
        ("class:er", [0, 1, 2, 4, 5, 6]),
        ("split:test", [1, 2, 5, 6]),
        ('split:"test unseen"', [2, 6]),
        ("split:test_seen", [1, 5]),
        ("split:none", [3, 7]),
        ("unlabelled", [3, 7]),
        ("-unlabelled wrong", [1, 6]),
        ("-wrong", [0, 2, 4, 5]),
        ("predicted:heron", [3, 5, 6]),
        ("-predicted:heron", [0, 1, 2, 4]),
        ("checked", [1]),
        ("flagged", [2]),
        ("unreviewed class:tern", [6]),
        ("score:crest::yes>0.5", [4, 5, 6]),
        ("-score:yes>0.5", [0, 1, 2, 3]),
        ("va:no<=-1", [6]),
        ("av:yes>=0 score:no<0.3", [0, 1]),
    ],
)
def test_each_term_matches_its_images(columns: ImageColumns, text: str, left: list[int]) -> None:
    assert np.flatnonzero(matching(parse_query(text), columns)).tolist() == list(left)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("class:owl", "No class matches “owl”"),
        ("predicted:owl", "No class matches “owl”"),
        ("split:validation", "There is no split “validation”"),
        ("score:crest>0", "“crest” could be “crest::yes”, “crest::no”"),
        ("score:bill>0", "No attribute matches “bill”"),
    ],
)
def test_unknown_names_are_reported(columns: ImageColumns, text: str, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        matching(parse_query(text), columns)


def test_the_counts_of_a_group_are_those_of_its_values(columns: ImageColumns) -> None:
    query = parse_query("split:test class:heron")
    for facet in facets(query, columns):
        others = Query(tuple(term for term in query.terms if term.key != facet.term.key))
        if facet.group == "Class":
            others = parse_query("split:test")
        assert facet.count == np.count_nonzero(matching(Query((*others.terms, facet.term)), columns)), facet
    chosen = {
        str(facet.term) for facet in facets(parse_query('split:train class:"Red wader"'), columns) if facet.is_chosen
    }
    assert chosen == {"split:train", 'class:"Red wader"'}


def test_a_unique_name_of_an_attribute_is_enough() -> None:
    names = ("wing::red", "crown::red crest", "crown::striped")
    assert find_attribute("red", names) == 0
    assert find_attribute("crown striped", names) == 2


@given(st.lists(st.text(_PLAIN, max_size=8), max_size=12), st.text(_PLAIN, max_size=3))
def test_a_text_is_found(texts: list[str], part: str) -> None:
    found = TextColumn(texts).containing(part)
    plain = [text.lower().replace("\n", " ") for text in texts]
    expected = [part.lower() in text and (not part or "\n" not in part) for text in plain]
    assert found.tolist() == expected


def test_names_are_ordered_as_people_count() -> None:
    assert sorted(["b 10", "B 9", "a"], key=natural_key) == ["a", "B 9", "b 10"]


def test_predictions_are_those_of_the_whole_product() -> None:
    draw = np.random.default_rng(0)
    scores, vectors = draw.normal(size=(5000, 7)).astype(np.float32), draw.normal(size=(4, 7))
    seen = np.array([True, False, True, False])
    winners, doubt = predict(scores, vectors, seen, 0.7)
    whole = scores @ vectors.T - 0.7 * seen
    best = np.sort(whole, axis=1)
    np.testing.assert_array_equal(winners, whole.argmax(axis=1))
    np.testing.assert_allclose(doubt, best[:, -2] - best[:, -1], atol=1e-5)
    assert predict(scores, np.zeros((0, 7)), np.zeros(0, dtype=bool), 0).winners.tolist() == [-1] * 5000


def test_a_hundred_thousand_images_are_searched_quickly() -> None:
    images = [
        SimpleNamespace(id=n, name=f"{n % 200:03}/bird_{n:06}.jpg", class_name=f"Bird {n % 200}", split=Split.TRAIN)
        for n in range(100_000)
    ]
    columns = ImageColumns.from_images(images)
    begun = time.thread_time()
    left = matching(parse_query('bird_09999 class:"bird 190",bird split:train -unlabelled'), columns)
    assert np.flatnonzero(left).tolist() == list(range(99_990, 100_000))
    # The time of this thread on a core: a busy machine adds nothing to it.
    assert time.thread_time() - begun < 0.4


def test_a_name_is_found_as_it_is_stored_and_as_it_is_shown() -> None:
    attributes = ["has_crown_color::red", "has_crown_color::reddish", "has_bill_shape::curved_(up_or_down)"]
    for text in ("has_crown_color::red", "crown color: red", "Crown Color: Red"):
        assert find_names(text, attributes) == [0]
    assert find_names("bill shape: curved (up or down)", attributes) == [2]
    classes = ["001.Crow", "029.American_Crow", "004.Groove_billed_Ani", "grizzly+bear"]
    assert find_names("Crow", classes) == [0]
    assert find_names("groove-billed", classes) == [2]
    assert find_names("grizzly bear", classes) == [3]
    assert find_names("crow", classes[1:]) == [0]
