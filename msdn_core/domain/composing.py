"""Vectors for a class that nobody has described yet: of other classes, of example images, of words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import Attribute, ClassTable, FloatArray
from msdn_core.domain.scoring import Floats
from msdn_core.errors import MsdnError


def blended(vectors: FloatArray, weights: Sequence[float]) -> FloatArray:
    """(K,) the mean of (n, K) class vectors by weights that need not sum to 1; MsdnError where they sum to nothing."""
    shares = np.asarray(weights, dtype=np.float64)
    if shares.size == 0 or (shares < 0).any() or not shares.sum() > 0:
        raise MsdnError("A blend needs a class with a weight above 0.")
    return np.asarray(shares @ vectors / shares.sum())


@dataclass(frozen=True, eq=False, slots=True)
class ScoreScale:
    """How attribute scores of the network become values of a class table: a straight line an attribute."""

    slopes: FloatArray
    offsets: FloatArray
    """(K,) each."""
    value_range: tuple[float, float]

    @classmethod
    def fitted(cls, attribute_scores: Floats, labels: NDArray[np.integer], table: ClassTable) -> ScoreScale:
        """By least squares over the seen classes that have images: the class's value against its images' mean score.

        ``attribute_scores`` are (N, K); ``labels`` (N,) rows of the table, −1 for none. Unseen classes' images are
        left out, as their labels are what zero-shot learning does without. Where fewer than three seen classes have
        images, or an attribute's scores do not rise with its values, the line goes from the 5th to the 95th
        percentile of the scores.
        """
        low, high = table.value_range
        bottom, top = np.percentile(attribute_scores, (5.0, 95.0), axis=0)
        slopes = (high - low) / np.maximum(top - bottom, 1e-6)
        offsets = low - slopes * bottom
        used = (labels >= 0) & table.seen[np.maximum(labels, 0)] if len(table.classes) else np.zeros(0, np.bool_)
        rows = np.unique(labels[used])
        if len(rows) >= 3:
            means = np.stack([attribute_scores[labels == row].mean(axis=0, dtype=np.float64) for row in rows])
            values = table.vectors[rows]
            centred = means - means.mean(axis=0)
            spread = (centred**2).sum(axis=0)
            slope = (centred * (values - values.mean(axis=0))).sum(axis=0) / np.maximum(spread, 1e-12)
            rises = (slope > 0) & (spread > 1e-12)
            slopes = np.where(rises, slope, slopes)
            offsets = np.where(rises, values.mean(axis=0) - slope * means.mean(axis=0), offsets)
        return cls(slopes, offsets, (low, high))

    def mean_and_spread(self, attribute_scores: Floats) -> tuple[FloatArray, FloatArray]:
        """(K,) the mean value of (n, K) images within the table's range, and the deviation among them."""
        values = np.clip(self.slopes * attribute_scores + self.offsets, *self.value_range)
        return values.mean(axis=0), values.std(axis=0)


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
    "has have a an the of and or with in on to is are its it color colour colored coloured pattern shape type size "
    "length primary feather plumage same as than part bird".split()
)
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
    found = []
    for column, attribute in enumerate(attributes):
        parts, names = _content(attribute.group), _content(attribute.name)
        if attribute.name.strip().lower() in ("yes", "no", "present", "absent"):
            hit = _presence(clauses, parts, wanted=attribute.name.strip().lower() in ("yes", "present"))
        else:
            hit = _named(clauses, parts, names)
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
    clauses: list[list[tuple[str, str]]], parts: set[str], names: set[str]
) -> tuple[tuple[str, ...], bool] | None:
    loose: tuple[tuple[str, ...], bool] | None = None
    for clause in clauses:
        at = {stem: place for place, (_, stem) in enumerate(clause) if stem in names}
        if not names or names - at.keys():
            continue
        words = tuple(clause[place][0] for place in sorted(at.values()))
        near = [
            place
            for place, (_, stem) in enumerate(clause)
            if stem in parts and any(abs(place - other) <= _REACH for other in at.values())
        ]
        if near or not parts:
            return (*words, *(clause[place][0] for place in near[:1])), True
        loose = loose or (words, False)
    return loose


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
