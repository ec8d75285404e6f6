"""The language in which images are searched: a text becomes terms, all of which have to hold.

::

    heron -class:"Red wader" split:test wrong score:crest::yes>0.5

A term is a word that occurs in the image's name or class, ``class:``, ``split:`` or ``predicted:`` with one name or
several after commas, a word of ``FLAGS``, or a comparison of an attribute's score: ``score:`` as the checkpoint fuses
both sub-nets, ``av:`` and ``va:`` in one of them. ``-`` in front excludes. Quotes make one name of several words, and
a text of what would be something else; a quote within quotes is written twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from msdn_core.errors import QueryError

NAMED = ("class", "split", "predicted")
SCORES = ("score", "av", "va")
FLAGS = ("wrong", "unlabelled", "checked", "flagged", "unreviewed")
TEXT = "text"
_ALSO = {"unlabeled": "unlabelled"}
_SIGNS = (">=", "<=", ">", "<")
_Letters = list[tuple[str, bool]]
"""Letters, each with whether it stood in quotes."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition."""

    key: str
    """``TEXT``, or a word of ``NAMED``, ``SCORES`` or ``FLAGS``."""
    values: tuple[str, ...] = ()
    """The text; the names, any of which may hold; the attribute; nothing for a flag."""
    sign: str = ""
    bound: float = 0.0
    """What a score is compared with, and how."""
    negated: bool = False

    def __str__(self) -> str:
        words = ",".join(quoted(value) for value in self.values)
        if self.key == TEXT:
            is_flag = words.lower() in FLAGS or words.lower() in _ALSO
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
    """Terms, all of which have to hold; ``parse_query(str(query)) == query``."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    @property
    def needs_scores(self) -> bool:
        """Whether the answer hangs on what a checkpoint says of the images."""
        return any(term.key in ("predicted", "wrong", *SCORES) for term in self.terms)

    @property
    def needs_predictions(self) -> bool:
        """Whether the answer hangs on which class each image is taken for."""
        return any(term.key in ("predicted", "wrong") for term in self.terms)

    @property
    def needs_reviews(self) -> bool:
        """Whether the answer hangs on what people have reviewed."""
        return any(term.key in ("checked", "flagged", "unreviewed") for term in self.terms)

    def has(self, term: Term) -> bool:
        """Whether a term stands here: as it is, or as one of several names."""
        return any(
            own == term or (own.key == term.key and own.negated == term.negated and {*term.values} <= {*own.values})
            for own in self.terms
            if own.sign == term.sign == "" and own.key != TEXT
        )

    def spelled_out(self, key: str, names: tuple[str, ...]) -> Query:
        """The query in which one term with these names stands for all terms of a key of ``NAMED`` that exclude nothing.

        With the names that the terms mean, it leaves what they leave.
        """
        if not any(own.key == key and not own.negated for own in self.terms):
            return self
        others = (own for own in self.terms if own.key != key or own.negated)
        return Query((*others, Term(key, names)) if names else tuple(others))

    def toggled(self, term: Term) -> Query:
        """The query with a flag or a name more, or without it where it is there.

        Names of one key stand in one term, so that any of them may hold; of flags that no image can have both, the
        newer one stays.
        """
        if self.has(term):
            return Query(tuple(left for own in self.terms if (left := _without(own, term)) is not None))
        if term.key in NAMED:
            for place, own in enumerate(self.terms):
                if own.key == term.key and own.negated == term.negated:
                    joined = replace(own, values=own.values + term.values)
                    return Query((*self.terms[:place], joined, *self.terms[place + 1 :]))
        rivals = (
            ("checked", "flagged", "unreviewed") if term.key in ("checked", "flagged", "unreviewed") else (term.key,)
        )
        others = self.terms if term.key in NAMED else (own for own in self.terms if own.key not in rivals)
        return Query((*others, term))


def parse_query(text: str) -> Query:
    """The query that a text stands for; QueryError in one sentence where it cannot be read."""
    return Query(tuple(term for letters in _words(text) if (term := _term(letters)) is not None))


def _without(own: Term, term: Term) -> Term | None:
    """A term without the names of another one; None where nothing is left of it."""
    if own.key != term.key or own.negated != term.negated or own.sign:
        return own
    left = tuple(value for value in own.values if value not in term.values)
    return replace(own, values=left) if left else None


def _words(text: str) -> Iterator[_Letters]:
    """The text at its spaces; a quote that is not closed yet reaches to the end, for somebody is typing."""
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
    if plain is not None and _ALSO.get(plain, plain) in FLAGS:
        return Term(_ALSO.get(plain, plain), negated=negated)
    colon = _find(body, ":")
    key = _text(body[:colon]).lower() if colon > 0 and not any(quoted for _, quoted in body[:colon]) else ""
    if key in SCORES:
        return _comparison(key, body[colon + 1 :], negated)
    if key in NAMED:
        return Term(key, _names(key, body[colon + 1 :]), negated=negated)
    if key.isalpha() and body[colon + 1 : colon + 2] != [(":", False)]:
        keys = ", ".join(f"{one}:" for one in (*NAMED, *SCORES))
        raise QueryError(f"Nothing is searched by “{key}:”; write {keys} or put quotes around a text.")
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
        raise QueryError(f"After “{key}:” comes a name, e.g. {example}.")
    return found


def _comparison(key: str, letters: _Letters, negated: bool) -> Term:
    place = min((found for sign in "<>" if (found := _find(letters, sign)) >= 0), default=-1)
    name = _text(letters[:place]).strip() if place >= 0 else ""
    rest = _text(letters[place:])
    sign = next((one for one in _SIGNS if rest.startswith(one)), "")
    try:
        bound = float(rest[len(sign) :].replace("−", "-"))
    except ValueError:
        bound = math.nan
    if not name or not sign or not math.isfinite(bound):
        raise QueryError(
            f"After “{key}:” come an attribute, > or < and a number, without spaces, e.g. {key}:crest>0.5."
        )
    return Term(key, (name,), sign, bound, negated)


def _find(letters: _Letters, wanted: str) -> int:
    return next((place for place, letter in enumerate(letters) if letter == (wanted, False)), -1)


def _text(letters: _Letters) -> str:
    return "".join(letter for letter, _ in letters)


def quoted(value: str) -> str:
    """A name as it is written in a query: in quotes where it would be read as something else."""
    if value and not any(letter.isspace() or letter in '",:<>' for letter in value):
        return value
    doubled = value.replace('"', '""')
    return f'"{doubled}"'
