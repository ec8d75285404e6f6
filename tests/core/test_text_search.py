"""Searches find names in any letter case and Unicode form, with or without accents."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from msdn_core.domain.annotation import Split
from msdn_core.domain.attribute_list import parse_attribute_list
from msdn_core.domain.attributes import Attribute
from msdn_core.domain.describing import find_attributes
from msdn_core.domain.image_columns import ImageColumns
from msdn_core.domain.query import parse_query
from msdn_core.domain.query_matching import find_attribute, find_names, matching
from msdn_core.domain.text_search import has_words, search_letters, search_text, search_words
from msdn_core.errors import MsdnError

COMPOSED, APART = "Blauh\u00e4her", "Blauha\u0308her"


@pytest.mark.parametrize("typed", [COMPOSED, APART, "BLAUH\u00c4HER", "blauhaher"])
@pytest.mark.parametrize("stored", [COMPOSED, APART])
def test_a_name_is_found_however_it_is_typed_and_stored(typed: str, stored: str) -> None:
    columns = ImageColumns.from_images(
        [SimpleNamespace(id=1, name=f"{stored}/\u00e91.jpg", class_name=stored, split=Split.TRAIN)]
    )
    for query in (typed, f"class:{typed}", f"{typed}/e1"):
        assert matching(parse_query(query), columns).tolist() == [True], query
    assert find_attribute(f"{typed}::x", [f"{stored}::x", "b::y"]) == 0
    assert has_words(stored, search_words(typed))


def test_an_exact_name_is_only_itself() -> None:
    names = ("Auk", "auk", "\u00c1uk")
    assert [find_names(name, names) for name in names] == [[0], [1], [2]]
    assert find_names("AUK", names) == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Stra\u00dfe", "strasse"), ("S\u00f8rland", "sorland"), ("\u0141\u00f3d\u017a", "lodz"), ("\ufb01n", "fin")],
)
def test_letters_with_accents_are_found_without(text: str, plain: str) -> None:
    assert search_text(text) == plain
    letters, places = search_letters(text)
    assert letters == plain
    assert [text[place] for place in places][-1] == text[-1]
    assert list(places) == sorted(places)


def test_a_description_in_another_unicode_form_finds_its_attributes() -> None:
    attributes = (Attribute("krone", "gru\u0308n"), Attribute("schwanz", "rot"))
    assert [found.column for found in find_attributes("eine gr\u00fcn krone", attributes)] == [0]


def test_a_list_of_attributes_names_each_one_once_in_any_unicode_form() -> None:
    with pytest.raises(MsdnError, match="occurs twice"):
        parse_attribute_list("krone: gr\u00fcn, gru\u0308n")
    assert parse_attribute_list("flu\u0308gel: rot\nfl\u00fcgel: blau")[0].group == "fl\u00fcgel"
