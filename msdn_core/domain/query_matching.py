"""Which images a query leaves, in numpy: 100,000 images take some milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from msdn_core.domain.annotation import ReviewState, Split
from msdn_core.domain.attributes import BoolArray
from msdn_core.domain.image_columns import Codes, ImageColumns
from msdn_core.domain.query import NAMED, SCORES, TEXT, Query, Term
from msdn_core.errors import QueryError

SPLIT_NAMES = {
    Split.TRAIN: "train",
    Split.TEST_SEEN: "test seen",
    Split.TEST_UNSEEN: "test unseen",
    Split.NONE: "none",
}
_REVIEWS = {"checked": ReviewState.CHECKED, "flagged": ReviewState.FLAGGED, "unreviewed": ReviewState.UNREVIEWED}
_COMPARED = {">": np.greater, "<": np.less, ">=": np.greater_equal, "<=": np.less_equal}


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that images can be narrowed down to, and how many of them it would leave."""

    group: str
    term: Term
    count: int
    is_chosen: bool


def matching(query: Query, columns: ImageColumns) -> BoolArray:
    """(N,) which images all terms hold of; QueryError where a term names what is not there.

    What the network says holds of no image that it has not looked at, nor does its contrary.
    """
    left = np.ones(len(columns.ids), dtype=np.bool_)
    for term in query.terms:
        left &= _holds(term, columns)
    return left


def facets(query: Query, columns: ImageColumns) -> list[Facet]:
    """What the images can be narrowed down to, group by group.

    A group's counts are those of the images that all terms of other groups leave: what each value would give in the
    place of the chosen ones.
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
        taken = [Term("predicted", (name,)) for name in columns.predictable]
        groups.append(("Predicted class", ("predicted",), taken, columns.predicted_of))
    held = [(term, _holds(term, columns)) for term in query.terms]
    found = []
    for name, keys, terms, codes in groups:
        left = np.ones(len(columns.ids), dtype=np.bool_)
        for term, holds in held:
            if term.key not in keys:
                left &= holds
        counts = np.bincount(codes[left & (codes >= 0)], minlength=len(terms)).tolist()
        meant = _meant(query, keys[0], columns)
        for code, (term, count) in enumerate(zip(terms, counts, strict=True)):
            chosen = code in meant if term.key in NAMED else query.has(term)
            if count or chosen:
                found.append(Facet(name, term, count, chosen))
    return found


def _meant(query: Query, key: str, columns: ImageColumns) -> set[int]:
    """The places of the names that a query narrows a key down to, however they are written."""
    found = [{*_codes(term, columns)} for term in query.terms if term.key == key in NAMED and not term.negated]
    return set.intersection(*found) if found else set()


def find_names(wanted: str, names: Sequence[str]) -> list[int]:
    """The places of the names that are meant: the one that is spelled so, or all that have each word of it."""
    plain = [_plain(name) for name in names]
    text = _plain(wanted)
    if text in plain:
        return [place for place, name in enumerate(plain) if name == text]
    words = text.split()
    return [place for place, name in enumerate(plain) if all(word in name for word in words)]


def find_attribute(wanted: str, attributes: Sequence[str]) -> int:
    """The column of the attribute that is meant; QueryError where there is none, or where it could be several."""
    found = find_names(wanted, attributes)
    if len(found) > 1:
        alone = [place for place in found if _plain(attributes[place]).rpartition("::")[2] == _plain(wanted)]
        found = alone if len(alone) == 1 else found
    if len(found) == 1:
        return found[0]
    if not found:
        raise QueryError(f"No attribute is called “{wanted}”; choose one that is offered.")
    few = ", ".join(f"“{attributes[place]}”" for place in found[:3])
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    raise QueryError(f"“{wanted}” could be {few}{more}; write more of the attribute's name.")


def _holds(term: Term, columns: ImageColumns) -> BoolArray:
    holds, known = _asked(term, columns)
    return np.asarray(~holds & known if term.negated else holds & known)


def _asked(term: Term, columns: ImageColumns) -> tuple[BoolArray, BoolArray]:
    """(N,) of which images a term holds, negated or not, and of which that can be said."""
    everywhere = np.ones(len(columns.ids), dtype=np.bool_)
    if term.key == TEXT:
        return columns.texts.containing(term.values[0]), everywhere
    if term.key in SCORES:
        scores = columns.score(term.key, find_attribute(term.values[0], columns.attributes))
        return _COMPARED[term.sign](scores, term.bound), ~np.isnan(scores)
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
    """The places of the names that a term of ``NAMED`` means."""
    if term.key == "split":
        return [code for value in term.values for code in _splits(value)]
    if term.key == "class":
        return _classes(term.values, columns.classes, columns.predictable)
    return _classes(term.values, columns.predictable)


def _classes(wanted: Sequence[str], names: Sequence[str], others: Sequence[str] = ()) -> list[int]:
    """Places in ``names``; of a class that stands among the others alone there are none."""
    places: list[int] = []
    for name in wanted:
        found = find_names(name, names)
        if not found and not find_names(name, others):
            raise QueryError(f"No class has “{name}” in its name; choose one that is offered.")
        places += found
    return places


def _splits(wanted: str) -> list[int]:
    text = _plain(wanted).replace("-", " ")
    found = [place for place, name in enumerate(SPLIT_NAMES.values()) if text == name or text == name.split()[0]]
    if not found:
        raise QueryError(f"There is no split “{wanted}”; write {', '.join(SPLIT_NAMES.values())}, or test for both.")
    return found


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").split())
