"""Which attributes a free text speaks of: their own words, and synonyms of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from msdn_core.domain.attributes import Attribute


@dataclass(frozen=True, slots=True)
class FoundAttribute:
    """An attribute that a text may speak of."""

    column: int
    words: tuple[str, ...]
    """The words of the text that it was found by."""
    is_sure: bool
    """Whether the part that it belongs to (crown, wing) stands beside it in the text."""


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
"""How many words may stand between an attribute and the part it belongs to."""


def find_attributes(text: str, attributes: Sequence[Attribute]) -> list[FoundAttribute]:
    """The attributes whose words, or synonyms of them, stand in a free text, in the order of the table.

    An attribute ``crown::red`` is found in “a crimson cap”; ``crest::no`` in “without a crest”. It takes no grammar:
    what is found is a proposal for a person to confirm.
    """
    clauses = [
        [(word, _stem(word)) for word in re.findall(r"[^\W\d_]+", clause)]
        for clause in re.split(r"[.,;:!?()]", text.lower())
    ]
    known = set().union(*(_content(group) for group in {attribute.group for attribute in attributes}))
    found = []
    for column, attribute in enumerate(attributes):
        parts, names = _content(attribute.group), _content(attribute.name)
        if attribute.name.strip().lower() in ("yes", "no", "present", "absent"):
            hit = _presence(clauses, parts, wanted=attribute.name.strip().lower() in ("yes", "present"))
        else:
            hit = _named(clauses, parts, names, known)
        if hit is not None:
            found.append(FoundAttribute(column, *hit))
    sure = {attributes[one.column].name for one in found if one.is_sure}
    # “Red” that belongs to the crown says nothing of the wing.
    return [one for one in found if one.is_sure or attributes[one.column].name not in sure]


def _presence(
    clauses: list[list[tuple[str, str]]], parts: set[str], *, wanted: bool
) -> tuple[tuple[str, ...], bool] | None:
    for clause in clauses:
        places = [place for place, (_, stem) in enumerate(clause) if stem in parts]
        for place in places:
            before = [word for word, _ in clause[max(0, place - 3) : place]]
            if (not _NEGATIONS.isdisjoint(before)) != wanted:
                return (clause[place][0],), True
    return None


def _named(
    clauses: list[list[tuple[str, str]]], parts: set[str], names: set[str], known: set[str]
) -> tuple[tuple[str, ...], bool] | None:
    loose: tuple[tuple[str, ...], bool] | None = None
    for clause in clauses:
        places = [place for place, (_, stem) in enumerate(clause) if stem in names]
        if not names or names - {clause[place][1] for place in places}:
            continue
        words = tuple(clause[place][0] for place in places)
        parted = [part for place in places if (part := _nearest_part(clause, place, known)) is not None]
        if not parts and not parted:
            return words, True
        own = [clause[part][0] for part in parted if clause[part][1] in parts]
        if own:
            return (*words, own[0]), True
        loose = loose or (words, False)
    return loose


def _nearest_part(clause: list[tuple[str, str]], place: int, known: set[str]) -> int | None:
    """Where the part stands that a word speaks of: the nearest one, of two equally near ones the following."""
    parts = [other for other, (_, stem) in enumerate(clause) if stem in known and abs(other - place) <= _REACH]
    return min(parts, key=lambda other: (abs(other - place), other < place), default=None)


def _content(name: str) -> set[str]:
    """The words of a name that say something, by their stems."""
    words = re.findall(r"[^\W\d_]+", name.lower())
    return {_stem(word) for word in words if word not in _EMPTY and _stem(word) not in _EMPTY}


def _stem(word: str) -> str:
    for ending in ("", "s", "es"):
        bare = word.removesuffix(ending) if ending else word
        if bare in _SAME:
            return _SAME[bare]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
