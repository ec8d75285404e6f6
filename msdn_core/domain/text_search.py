"""Texts as searches compare them: without regard to case, accents and the Unicode form of letters."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import combining, normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters whose accent Unicode does not take apart."""


def search_text(text: str) -> str:
    """Return a text as searches compare it: ``Blauhäher`` as *blauhaher*, whichever way the ä is stored."""
    if text.isascii():
        return text.lower()
    apart = normalize("NFKD", normalize("NFKD", text).casefold())
    return "".join(letter for letter in apart if not combining(letter)).translate(_LETTERS)


def search_letters(text: str) -> tuple[str, Sequence[int]]:
    """Return a text as searches compare it, and for each letter of it the place in the text."""
    if text.isascii():
        return text.lower(), range(len(text))
    letters, places = [], []
    for place, letter in enumerate(text):
        for one in search_text(letter):
            letters.append(one)
            places.append(place)
    return "".join(letters), places


def search_words(text: str) -> list[str]:
    """Return the words that a person typed into a search."""
    return search_text(text).split()


def has_words(text: str, words: Iterable[str]) -> bool:
    """Return whether a text contains all words of ``search_words``."""
    plain = search_text(text)
    return all(word in plain for word in words)
