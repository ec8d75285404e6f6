"""The search language for images: a text is split into terms, all of which must be true.

::

    heron -class:"Red wader" split:test wrong score:crest::yes>0.5

A term is a text in the image's name or class; ``class:``, ``split:`` or ``predicted:`` with one or more names separated
by commas; a word of ``FLAGS``; or a comparison of an attribute score: ``score:`` fused by the checkpoint, ``av:`` and
``va:`` of one sub-net. ``-`` in front excludes. Quotes join several words to one name, and make a plain text of
anything; a quote within quotes is written twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from msdn_core.errors import QueryError
from msdn_core.number_text import parse_number

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMED = ("class", "split", "predicted")
SCORES = ("score", "av", "va")
FLAGS = ("wrong", "unlabelled", "checked", "flagged", "unreviewed")
TEXT = "text"
_REVIEW_FLAGS = ("checked", "flagged", "unreviewed")
_SPELLINGS = {"unlabeled": "unlabelled"}
_SIGNS = (">=", "<=", ">", "<")
_Letters = list[tuple[str, bool]]
"""Letters, each with whether it was in quotes."""


@dataclass(frozen=True, slots=True)
class Term:
    """A condition."""

    key: str
    """``TEXT``, or a word of ``NAMED``, ``SCORES`` or ``FLAGS``."""
    values: tuple[str, ...] = ()
    """The text; the names, of which any may match; the attribute; nothing for a flag."""
    sign: str = ""
    """How a score is compared with ``bound``."""
    bound: float = 0.0
    negated: bool = False

    def __str__(self) -> str:
        words = ",".join(quoted(value) for value in self.values)
        if self.key == TEXT:
            is_flag = words.lower() in FLAGS or words.lower() in _SPELLINGS
            body = f'"{words}"' if is_flag or words.startswith("-") else words
        elif self.key in FLAGS:
            body = self.key
        else:
            body = f"{self.key}:{words}"
        if self.sign:
            body += f"{self.sign}{repr(self.bound).removesuffix('.0')}"
        return f"-{body}" if self.negated else body


@dataclass(frozen=True, slots=True)
class Query:
    """Terms, all of which must be true; ``parse_query(str(query)) == query``."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    @property
    def needs_scores(self) -> bool:
        """Whether the result depends on attribute scores."""
        return any(term.key in ("predicted", "wrong", *SCORES) for term in self.terms)

    @property
    def needs_predictions(self) -> bool:
        """Whether the result depends on predictions."""
        return any(term.key in ("predicted", "wrong") for term in self.terms)

    @property
    def needs_reviews(self) -> bool:
        """Whether the result depends on reviews."""
        return any(term.key in _REVIEW_FLAGS for term in self.terms)

    def has(self, term: Term) -> bool:
        """Return whether the query has a term, or a term with its names and others."""
        return any(
            existing == term
            or (existing.key == term.key and existing.negated == term.negated and {*term.values} <= {*existing.values})
            for existing in self.terms
            if existing.sign == term.sign == "" and existing.key != TEXT
        )

    def spelled_out(self, key: str, names: tuple[str, ...]) -> Query:
        """Return the query with one term instead of all terms of a key of ``NAMED`` that do not exclude.

        If ``names`` are the names that these terms mean, both queries have the same result.
        """
        if not any(term.key == key and not term.negated for term in self.terms):
            return self
        others = (term for term in self.terms if term.key != key or term.negated)
        return Query((*others, Term(key, names)) if names else tuple(others))

    def toggled(self, term: Term) -> Query:
        """Return the query with a flag or name added, or removed if it is there.

        Names of one key are in one term, so that any of them may match. A new flag replaces flags that exclude it.
        """
        if self.has(term):
            return Query(tuple(left for one in self.terms if (left := _without(one, term)) is not None))
        if term.key in NAMED:
            for place, existing in enumerate(self.terms):
                if existing.key == term.key and existing.negated == term.negated:
                    joined = replace(existing, values=existing.values + term.values)
                    return Query((*self.terms[:place], joined, *self.terms[place + 1 :]))
        replaced = _REVIEW_FLAGS if term.key in _REVIEW_FLAGS else (term.key,)
        others = self.terms if term.key in NAMED else (one for one in self.terms if one.key not in replaced)
        return Query((*others, term))


def parse_query(text: str) -> Query:
    """Return a text as a query; raise QueryError if it is not valid."""
    return Query(tuple(term for letters in _words(text) if (term := _term(letters)) is not None))


def _without(existing: Term, term: Term) -> Term | None:
    """Return a term without the names of another one; None if nothing is left."""
    if existing.key != term.key or existing.negated != term.negated or existing.sign:
        return existing
    left = tuple(value for value in existing.values if value not in term.values)
    return replace(existing, values=left) if left else None


def _words(text: str) -> Iterator[_Letters]:
    """Split a text at spaces; an open quote goes to the end, since the person is still typing."""
    word: _Letters = []
    in_quotes, place = False, 0
    while place < len(text):
        letter = text[place]
        place += 1
        if letter == '"':
            if in_quotes and text[place : place + 1] == '"':
                word.append(('"', True))
                place += 1
                continue
            in_quotes = not in_quotes
        elif in_quotes or not letter.isspace():
            word.append((letter, in_quotes))
        elif word:
            yield word
            word = []
    if word:
        yield word


def _term(letters: _Letters) -> Term | None:
    negated = letters[0] == ("-", False) and len(letters) > 1
    body = letters[1:] if negated else letters
    plain = None if any(quoted for _, quoted in body) else _text(body).lower()
    if plain is not None and _SPELLINGS.get(plain, plain) in FLAGS:
        return Term(_SPELLINGS.get(plain, plain), negated=negated)
    colon = _find(body, ":")
    key = _text(body[:colon]).lower() if colon > 0 and not any(quoted for _, quoted in body[:colon]) else ""
    if key in SCORES:
        return _comparison(key, body[colon + 1 :], negated)
    if key in NAMED:
        return Term(key, _names(key, body[colon + 1 :]), negated=negated)
    if key.isalpha() and body[colon + 1 : colon + 2] != [(":", False)]:
        keys = ", ".join(f"{one}:" for one in (*NAMED, *SCORES))
        raise QueryError(f"“{key}:” is not a search key; use {keys}, or put quotes around a text.")
    return Term(TEXT, (_text(body),), negated=negated)


def _names(key: str, letters: _Letters) -> tuple[str, ...]:
    names: list[str] = []
    while letters:
        comma = _find(letters, ",")
        names.append(_text(letters[:comma] if comma >= 0 else letters).strip())
        letters = letters[comma + 1 :] if comma >= 0 else []
    found = tuple(dict.fromkeys(name for name in names if name))
    if not found:
        example = {"split": "split:train", "class": "class:heron"}.get(key, f"{key}:heron")
        raise QueryError(f"“{key}:” needs a name; write for example {example}.")
    return found


def _comparison(key: str, letters: _Letters, negated: bool) -> Term:
    place = min((found for sign in "<>" if (found := _find(letters, sign)) >= 0), default=-1)
    name = _text(letters[:place]).strip() if place >= 0 else ""
    rest = _text(letters[place:])
    sign = next((one for one in _SIGNS if rest.startswith(one)), "")
    try:
        bound = parse_number(rest[len(sign) :])
    except ValueError:
        bound = math.nan
    if not name or not sign or not math.isfinite(bound):
        raise QueryError(
            f"“{key}:” needs an attribute, > or < and a number without spaces; write for example {key}:crest>0.5."
        )
    return Term(key, (name,), sign, bound, negated)


def _find(letters: _Letters, character: str) -> int:
    return next((place for place, letter in enumerate(letters) if letter == (character, False)), -1)


def _text(letters: _Letters) -> str:
    return "".join(letter for letter, _ in letters)


def quoted(value: str) -> str:
    """Return a name as it is written in a query: in quotes if it would mean something else."""
    if value and not any(letter.isspace() or letter in '",:<>' for letter in value):
        return value
    doubled = value.replace('"', '""')
    return f'"{doubled}"'
