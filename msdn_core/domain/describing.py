"""Finds attributes in a free text by their words and synonyms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msdn_core.domain.name_spellings import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.domain.attributes import Attribute


@dataclass(frozen=True, slots=True)
class FoundAttribute:
    """An attribute that a text may describe."""

    column: int
    words: tuple[str, ...]
    """The words of the text by which it was found."""
    is_sure: bool
    """Whether its part (crown, wing) is next to it in the text."""


_SYNONYMS = (
    ("grey", "gray"),
    ("black", "dark"),
    ("white", "pale", "whitish"),
    ("brown", "brownish"),
    ("red", "crimson", "scarlet", "reddish"),
    ("yellow", "golden", "yellowish"),
    ("violet", "purple"),
    ("rufous", "rusty", "chestnut"),
    ("buff", "beige", "tan", "sandy"),
    ("striped", "stripe", "stripy", "streaked", "banded", "barred"),
    ("spotted", "spot", "speckled", "dotted"),
    ("plain", "solid", "uniform", "unmarked"),
    ("iridescent", "shiny", "glossy"),
    ("bill", "beak"),
    ("breast", "chest"),
    ("belly", "abdomen", "stomach"),
    ("crest", "tuft"),
    ("crown", "cap", "head"),
    ("leg", "foot", "feet"),
    ("tail", "rectrices"),
    ("upperpart", "back"),
    ("large", "big"),
    ("small", "tiny", "little"),
    ("long", "elongated"),
    ("forked", "fork", "swallow-tailed"),
    ("hooked", "hook"),
)
_SAME = {word: words[0] for words in _SYNONYMS for word in words}
_EMPTY = frozenset(
    ("has", "have", "a", "an", "the", "of", "and", "or", "with", "in", "on", "to", "is", "are", "its", "it", "color",
     "colour", "colored", "coloured", "pattern", "shape", "type", "size", "length", "primary", "feather", "plumage",
     "same", "as", "than", "part", "bird")
)  # fmt: skip
_NEGATIONS = frozenset(("no", "not", "without", "lacks", "lacking", "none"))
_REACH = 4
"""The most words between an attribute and its part."""


def find_attributes(text: str, attributes: Sequence[Attribute]) -> list[FoundAttribute]:
    """Return the attributes whose words or synonyms occur in a text, in the order of the table.

    ``crown::red`` is found in “a crimson cap”, and ``crest::no`` in “without a crest”. No grammar is used: the result
    is a proposal for a person to confirm.
    """
    clauses = [
        [(word, _stem(word)) for word in re.findall(r"[^\W\d_]+", clause)]
        for clause in re.split(r"[.,;:!?()]", folded(text))
    ]
    known = set().union(*(_content(group) for group in {attribute.group for attribute in attributes}))
    found = []
    for column, attribute in enumerate(attributes):
        parts, names = _content(attribute.group), _content(attribute.name)
        if folded(attribute.name.strip()) in ("yes", "no", "present", "absent"):
            hit = _presence(clauses, parts, present=folded(attribute.name.strip()) in ("yes", "present"))
        else:
            hit = _named(clauses, parts, names, known)
        if hit is not None:
            found.append(FoundAttribute(column, *hit))
    sure = {attributes[match.column].name for match in found if match.is_sure}
    # “Red” next to the crown does not describe the wing.
    return [match for match in found if match.is_sure or attributes[match.column].name not in sure]


def _presence(
    clauses: list[list[tuple[str, str]]], parts: set[str], *, present: bool
) -> tuple[tuple[str, ...], bool] | None:
    for clause in clauses:
        places = [place for place, (_, stem) in enumerate(clause) if stem in parts]
        for place in places:
            before = [word for word, _ in clause[max(0, place - 3) : place]]
            if (not _NEGATIONS.isdisjoint(before)) != present:
                return (clause[place][0],), True
    return None


def _named(
    clauses: list[list[tuple[str, str]]], parts: set[str], names: set[str], known: set[str]
) -> tuple[tuple[str, ...], bool] | None:
    unsure: tuple[tuple[str, ...], bool] | None = None
    for clause in clauses:
        places = [place for place, (_, stem) in enumerate(clause) if stem in names]
        if not names or names - {clause[place][1] for place in places}:
            continue
        words = tuple(clause[place][0] for place in places)
        nearest = [part for place in places if (part := _nearest_part(clause, place, known)) is not None]
        if not parts and not nearest:
            return words, True
        own = [clause[part][0] for part in nearest if clause[part][1] in parts]
        if own:
            return (*words, own[0]), True
        unsure = unsure or (words, False)
    return unsure


def _nearest_part(clause: list[tuple[str, str]], place: int, known: set[str]) -> int | None:
    """Return the position of the part that a word describes: the nearest, or of two equally near ones the next."""
    parts = [other for other, (_, stem) in enumerate(clause) if stem in known and abs(other - place) <= _REACH]
    return min(parts, key=lambda other: (abs(other - place), other < place), default=None)


def _content(name: str) -> set[str]:
    """Return the stems of the words of a name that carry meaning."""
    words = re.findall(r"[^\W\d_]+", folded(name))
    return {_stem(word) for word in words if word not in _EMPTY and _stem(word) not in _EMPTY}


def _stem(word: str) -> str:
    for ending in ("", "s", "es"):
        stem = word.removesuffix(ending) if ending else word
        if stem in _SAME:
            return _SAME[stem]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
