"""Raw names become readable ones, and nothing is guessed."""

from __future__ import annotations

import pytest

from msdn_core.domain.attributes import Attribute
from msdn_core.domain.display_names import attribute_text, class_text, group_text, value_text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("has_crown_color::red", "crown color: red"),
        ("has_bill_shape::curved_(up_or_down)", "bill shape: curved (up or down)"),
        ("crest::yes", "crest: yes"),
        ("bipedal", "bipedal"),
        ("has_", "has_"),
        ("hash_mark", "hash mark"),
        ("_", "_"),
    ],
)
def test_attributes(raw: str, shown: str) -> None:
    assert attribute_text(raw) == shown
    assert attribute_text(Attribute.parse(raw)) == shown


def test_parts_of_an_attribute() -> None:
    red = Attribute("has_crown_color", "dark_red")
    assert group_text(red.group) == "crown color"
    assert value_text(red) == "dark red"
    assert value_text(Attribute("", "has_wings")) == "wings"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("001.Black_footed_Albatross", "Black footed Albatross"),
        ("grizzly+bear", "grizzly bear"),
        ("access_road", "access road"),
        ("Striped heron", "Striped heron"),
        ("C++", "C++"),
        ("3.5_mm_jack", "3.5 mm jack"),
        ("100.000_steps", "100.000 steps"),
        ("2024", "2024"),
        ("001.", "001."),
        ("___", "___"),
    ],
)
def test_classes(raw: str, shown: str) -> None:
    assert class_text(raw) == shown
