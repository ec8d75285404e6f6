"""Names found by what is typed of them: whole words, parts of them, or the letters that words begin with."""

from __future__ import annotations

from dataclasses import dataclass

from msdn_core.domain.text_search import search_letters, search_words


@dataclass(frozen=True)
class Match:
    """How well a text fits, and where."""

    score: float
    """The higher the better; below ``LOOSE``, letters stand scattered in the text."""
    places: frozenset[int]
    """Of the letters that fit."""


LOOSE = 20.0

_INITIALS = 70.0
"""Each letter begins a word, or follows one that counts."""


def match(typed: str, text: str) -> Match | None:
    """Fits what is typed into a text, each word by itself and in any order; None where a letter is missing."""
    lower, place_of = search_letters(text)
    score, places = 0.0, set[int]()
    words = search_words(typed)
    for word in words:
        found = _whole(word, lower)
        if found is None or found.score < _INITIALS:
            scattered = _scattered(word, lower)
            if scattered is None:
                return None
            found = scattered if found is None or scattered.score > found.score else found
        score += found.score
        places |= found.places
    return Match(score / max(1, len(words)) - 0.02 * len(text), frozenset(place_of[place] for place in places))


def _whole(word: str, text: str) -> Match | None:
    place = first = text.find(word)
    if first < 0:
        return None
    while place >= 0 and not _begins(text, place):
        place = text.find(word, place + 1)
    score = 60.0 if place < 0 else 100.0 if place == 0 else 80.0
    start = first if place < 0 else place
    return Match(score, frozenset(range(start, start + len(word))))


def _scattered(word: str, text: str) -> Match | None:
    """Letters in order: those that begin a word where there are such, otherwise the next ones."""
    for prefers_beginnings in (True, False):
        places: list[int] = []
        place = -1
        for letter in word:
            following = place + 1
            place = text.find(letter, following)
            if place < 0:
                break
            if prefers_beginnings and place != following:
                place = _beginning(letter, text, place)
            places.append(place)
        else:
            # A letter counts that begins a word, or that follows one that counts.
            counting: list[int] = []
            for at in places:
                if _begins(text, at) or at - 1 in counting[-1:]:
                    counting.append(at)
            whole = len(counting) == len(word)
            return Match(_INITIALS if whole else 15.0 * len(counting) / len(word), frozenset(places))
    return None


def _beginning(letter: str, text: str, place: int) -> int:
    """The next place where a word begins with the letter, or the place itself."""
    at = place
    while at >= 0 and not _begins(text, at):
        at = text.find(letter, at + 1)
    return at if at >= 0 else place


def _begins(text: str, place: int) -> bool:
    return place == 0 or not text[place - 1].isalnum()
