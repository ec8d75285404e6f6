"""Finds the images that match a query, in numpy: 100,000 images take some milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.annotation import ReviewState, Split
from msdn_core.domain.display_names import attribute_text, class_text
from msdn_core.domain.query import NAMED, SCORES, TEXT, Query, Term
from msdn_core.domain.text_search import search_text
from msdn_core.domain.wording import named
from msdn_core.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.domain.attributes import BoolArray
    from msdn_core.domain.image_columns import Codes, ImageColumns

SPLIT_NAMES = {
    Split.TRAIN: "train",
    Split.TEST_SEEN: "test seen",
    Split.TEST_UNSEEN: "test unseen",
    Split.NONE: "none",
}
_REVIEWS = {"checked": ReviewState.CHECKED, "flagged": ReviewState.FLAGGED, "unreviewed": ReviewState.UNREVIEWED}
_COMPARISONS = {">": np.greater, "<": np.less, ">=": np.greater_equal, "<=": np.less_equal}


@dataclass(frozen=True, slots=True)
class Facet:
    """A value to filter images by, and the number of images that would remain."""

    group: str
    term: Term
    count: int
    is_chosen: bool


def matching(query: Query, columns: ImageColumns) -> BoolArray:
    """Return (N,) which images match all terms; raise QueryError if a term names something unknown.

    An image without scores matches neither a condition on scores or predictions nor its negation.
    """
    matches = np.ones(len(columns.ids), dtype=np.bool_)
    for term in query.terms:
        matches &= _matches(term, columns)
    return matches


def facets(query: Query, columns: ImageColumns) -> list[Facet]:
    """Return the values to filter images by, group by group.

    The counts of a group are those of the images that match the terms of all other groups: what each value would give
    instead of the chosen ones.
    """
    groups: list[tuple[str, tuple[str, ...], list[Term], Codes]] = [
        ("Split", ("split",), [Term("split", (SPLIT_NAMES[split],)) for split in Split], columns.split_of)
    ]
    if columns.review_of is not None:
        word = {state: key for key, state in _REVIEWS.items()}
        groups.append(("Review", tuple(_REVIEWS), [Term(word[state]) for state in ReviewState], columns.review_of))
    if columns.predicted_of is not None:
        right, known = columns.right
        truth = np.where(known, np.where(right, 0, 1), -1).astype(np.int32)
        groups.append(("Prediction", ("wrong",), [Term("wrong", negated=True), Term("wrong")], truth))
    classes = [*(Term("class", (name,)) for name in columns.classes), Term("unlabelled")]
    class_of = np.where(columns.class_of < 0, len(columns.classes), columns.class_of).astype(np.int32)
    groups.append(("Class", ("class", "unlabelled"), classes, class_of))
    if columns.predicted_of is not None:
        predicted = [Term("predicted", (name,)) for name in columns.predictable]
        groups.append(("Predicted class", ("predicted",), predicted, columns.predicted_of))
    matches_of = [(term, _matches(term, columns)) for term in query.terms]
    found = []
    for name, keys, terms, codes in groups:
        included = np.ones(len(columns.ids), dtype=np.bool_)
        for term, matches in matches_of:
            if term.key not in keys:
                included &= matches
        counts = np.bincount(codes[included & (codes >= 0)], minlength=len(terms)).tolist()
        chosen_codes = _chosen_codes(query, keys[0], columns)
        for code, (term, count) in enumerate(zip(terms, counts, strict=True)):
            chosen = code in chosen_codes if term.key in NAMED else query.has(term)
            if count or chosen:
                found.append(Facet(name, term, count, chosen))
    return found


def _chosen_codes(query: Query, key: str, columns: ImageColumns) -> set[int]:
    """Return the codes that a query filters a key by, however the names are written."""
    found = [{*_codes(term, columns)} for term in query.terms if term.key == key in NAMED and not term.negated]
    return set.intersection(*found) if found else set()


def find_names(text: str, names: Sequence[str]) -> list[int]:
    """Return the indices of the names that a text means.

    These are the name that is the text; otherwise the names equal to it, as they are stored or as they are shown;
    otherwise all names with each word of the text. Case and accents are ignored, and so are underscores and hyphens.
    """
    exact = [place for place, name in enumerate(names) if name == text]
    if exact:
        return exact
    searched = _plain(text)
    plain = [_plain(name) for name in names]
    for spellings in (plain, [_shown(name) for name in names]):
        equal = [place for place, name in enumerate(spellings) if name == searched]
        if equal:
            return equal
    words = searched.split()
    return [place for place, name in enumerate(plain) if all(word in name for word in words)]


def find_attribute(text: str, attributes: Sequence[str]) -> int:
    """Return the column of the attribute that a text means; raise QueryError if there is none, or more than one."""
    found = find_names(text, attributes)
    if len(found) > 1:
        equal = [place for place in found if _plain(attributes[place]).rpartition("::")[2] == _plain(text)]
        found = equal if len(equal) == 1 else found
    if len(found) == 1:
        return found[0]
    if not found:
        raise QueryError(f"No attribute matches “{text}”; choose one from the list.")
    raise QueryError(
        f"“{text}” could be {named([attributes[place] for place in found])}; write more of the attribute's name."
    )


def _matches(term: Term, columns: ImageColumns) -> BoolArray:
    matches, known = _evaluate(term, columns)
    return np.asarray(~matches & known if term.negated else matches & known)


def _evaluate(term: Term, columns: ImageColumns) -> tuple[BoolArray, BoolArray]:
    """Return (N,) which images match a term without its negation, and for which this is known."""
    everywhere = np.ones(len(columns.ids), dtype=np.bool_)
    if term.key == TEXT:
        return columns.texts.containing(term.values[0]), everywhere
    if term.key in SCORES:
        scores = columns.score(term.key, find_attribute(term.values[0], columns.attributes))
        return _COMPARISONS[term.sign](scores, term.bound), ~np.isnan(scores)
    if term.key == "unlabelled":
        return columns.class_of < 0, everywhere
    if term.key == "wrong":
        right, known = columns.right
        return ~right, known
    if term.key == "predicted":
        predicted = columns.predicted_of if columns.predicted_of is not None else np.full(len(columns.ids), -1)
        return np.isin(predicted, _codes(term, columns)), predicted >= 0
    if term.key in NAMED:
        return np.isin(columns.split_of if term.key == "split" else columns.class_of, _codes(term, columns)), everywhere
    reviews = columns.review_of if columns.review_of is not None else np.zeros(len(columns.ids), dtype=np.int32)
    return reviews == list(ReviewState).index(_REVIEWS[term.key]), everywhere


def _codes(term: Term, columns: ImageColumns) -> list[int]:
    """Return the codes of the names that a term of ``NAMED`` means."""
    if term.key == "split":
        return [code for value in term.values for code in _splits(value)]
    if term.key == "class":
        return _classes(term.values, columns.classes, columns.predictable)
    return _classes(term.values, columns.predictable)


def _classes(texts: Sequence[str], names: Sequence[str], others: Sequence[str] = ()) -> list[int]:
    """Return the indices in ``names``; a class that is only among the others has none."""
    places: list[int] = []
    for text in texts:
        found = find_names(text, names)
        if not found and not find_names(text, others):
            raise QueryError(f"No class matches “{text}”; choose one from the list.")
        places += found
    return places


def _splits(text: str) -> list[int]:
    searched = _plain(text)
    found = [
        place for place, name in enumerate(SPLIT_NAMES.values()) if searched == name or searched == name.split()[0]
    ]
    if not found:
        raise QueryError(f"There is no split “{text}”; write {', '.join(SPLIT_NAMES.values())}, or test for both.")
    return found


def _plain(name: str) -> str:
    return " ".join(search_text(name).replace("_", " ").replace("-", " ").split())


def _shown(name: str) -> str:
    """Return the name of an attribute or a class as it is shown."""
    return _plain(class_text(attribute_text(name)))
