"""Looks up a written path among known ones by the longest end that both have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msdn_core.domain.name_spellings import (
    GENERIC_FOLDERS,
    folded,
    loose_file,
    loose_word,
    original_file,
    path_parts,
    same_number,
    without_number,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_DEEPEST = 16
"""How many parts at the end of a path are compared."""
MOST_CANDIDATES = 4
"""How many of the known names that a name could mean are returned."""
_MOST_KEPT = 8

Parts = tuple[str, ...]
Index = dict[str, tuple[int, ...]]


class Fit(IntEnum):
    """How well a written path fits a known one, the best first."""

    EXACT = 0
    END = 1
    """The same path in another spelling, or one is the end of the other."""
    CASE = 2
    """As END, in other letter case."""
    ASSUMED = 3
    """By the file's name alone, or by what it was before a tool renamed it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The known paths that a written one can mean."""

    fit: Fit
    places: tuple[int, ...]
    parts: Parts = ()
    """The spelling of the written path that fits."""
    depth: int = 0
    """How many parts of it fit."""


class PathEnds:
    """Known paths by their ends.

    Parameters
    ----------
    known
        The known paths.
    written
        All written paths: a folder that they name is never taken for another one.
    """

    def __init__(self, known: Sequence[str], written: Sequence[str]) -> None:
        self._known = [path_parts(name) for name in known]
        self._folded = [tuple(map(folded, parts)) for parts in self._known]
        self._ends = _index(self._folded)
        self._written = written

    def find(self, parts: Parts) -> Found | None:
        """Return what the longest end of a written path fits, or None if it fits nothing."""
        plain = tuple(map(folded, parts))
        depth, places = _longest(self._ends, plain)
        if len(places) > 1:
            whole = self._wholes.get("/".join(plain[-depth:]), ())
            places = self._narrowed(parts, plain, depth) or tuple(dict.fromkeys((*whole, *places)))[:_MOST_KEPT]
        fits = {place: fit for place in places if (fit := self._fit(parts, plain, place, depth)) is not None}
        if not fits:
            return None
        fit = Fit.END if len(fits) > 1 else next(iter(fits.values()))
        # There may be more with this end than were kept.
        places = places if len(places) == _MOST_KEPT else tuple(fits)
        return Found(fit, places[:MOST_CANDIDATES], parts, depth)

    def _fit(self, parts: Parts, plain: Parts, place: int, depth: int) -> Fit | None:
        """Return how a written path fits a known one with the same end; None if they are two images."""
        if not self._is_whole(plain, place, depth):
            if self._contradict(plain, place, depth):
                return None
            if all(folder in GENERIC_FOLDERS for folder in plain[-depth:-1]):
                left, right = plain[-depth - 1], self._folded[place][-depth - 1]
                # Of two folders that differ, only one may mean something.
                return None if (left in GENERIC_FOLDERS) == (right in GENERIC_FOLDERS) else Fit.ASSUMED
        return Fit.END if parts[-depth:] == self._known[place][-depth:] else Fit.CASE

    def find_loosely(self, parts: Parts, *, digits: bool) -> Found | None:
        """Return what fits a path whose folders are written as other words, or whose file a tool renamed.

        Parameters
        ----------
        parts
            The written path.
        digits
            Whether digits alone can be a hash.
        """
        if not parts:
            return None
        if "." not in parts[-1]:
            depth, places = _longest(self._stem_ends, tuple(map(folded, parts)))
            places = tuple(place for place in places if self._is_whole(parts, place, depth))
            if places:
                return Found(Fit.ASSUMED, places[:MOST_CANDIDATES], parts)
        depth, places = _longest(self._word_ends, _words(parts))
        places = tuple(
            place for place in places if self._is_whole(parts, place, depth) and self._same_numbers(parts, place)
        )
        if places:
            return Found(Fit.ASSUMED, places[:MOST_CANDIDATES], parts)
        original = original_file(parts[-1], digits=digits)
        tries: list[tuple[Index, Parts]] = [(self._renamed_ends, tuple(map(folded, parts)))]
        if original is not None:
            renamed = (*parts[:-1], original)
            tries = [(self._ends, tuple(map(folded, renamed))), (self._form_ends, _as_form(renamed)), *tries]
        for index, plain in tries:
            depth, places = _longest(index, plain)
            places = tuple(place for place in places if self._may_be_renamed(plain, place, depth))
            if places:
                return Found(Fit.ASSUMED, places[:MOST_CANDIDATES], parts)
        return None

    def _narrowed(self, parts: Parts, plain: Parts, depth: int) -> tuple[int, ...]:
        """Return the one of several paths with an end that has its very letters, or is that end, if there is one."""
        same_letters = self._letter_ends.get("/".join(parts[-depth:]), ())
        whole = self._wholes.get("/".join(plain[-depth:]), ())
        both = tuple(place for place in same_letters if place in whole)
        for chosen in (both, same_letters if not whole else (), whole if not same_letters else ()):
            if len(chosen) == 1:
                return chosen
        return ()

    def _is_whole(self, parts: Parts, place: int, depth: int) -> bool:
        """Return whether an end is all of the written path, or all of the known one."""
        return depth >= min(len(parts), len(self._folded[place]), _DEEPEST)

    def _contradict(self, plain: Parts, place: int, depth: int) -> bool:
        """Return whether the folders before an end are two that either side tells apart."""
        return plain[-depth - 1] in self._known_folders or self._folded[place][-depth - 1] in self._written_folders

    def _may_be_renamed(self, plain: Parts, place: int, depth: int) -> bool:
        """Return whether folders do not contradict that a file was renamed: tools move it to numbered folders."""
        if self._is_whole(plain, place, depth):
            return True
        left, right = plain[-depth - 1], self._folded[place][-depth - 1]
        tells_nothing = any(
            folder in GENERIC_FOLDERS or (folder.isdecimal() and len(folder) < 4) for folder in (left, right)
        )
        return tells_nothing and not self._contradict(plain, place, depth)

    def _same_numbers(self, parts: Parts, place: int) -> bool:
        return all(map(same_number, parts[-2::-1], self._known[place][-2::-1]))

    @cached_property
    def _letter_ends(self) -> Index:
        return _index(self._known)

    @cached_property
    def _wholes(self) -> Index:
        return by_key(map("/".join, self._folded), str)

    @cached_property
    def _word_ends(self) -> Index:
        return _index(map(_words, self._known))

    @cached_property
    def _stem_ends(self) -> Index:
        return _index((*parts[:-1], *(file.rpartition(".")[0] for file in parts[-1:])) for parts in self._folded)

    @cached_property
    def _form_ends(self) -> Index:
        return _index(map(_as_form, self._known))

    @cached_property
    def _renamed_ends(self) -> Index:
        """The ends of known files that a tool renamed, before it did."""
        return _index(
            tuple(map(folded, (*parts[:-1], original))) if parts and (original := original_file(parts[-1])) else ()
            for parts in self._known
        )

    @cached_property
    def _known_folders(self) -> frozenset[str]:
        return frozenset(folder for parts in self._folded for folder in parts[:-1])

    @cached_property
    def _written_folders(self) -> frozenset[str]:
        return frozenset(folded(folder) for name in self._written for folder in path_parts(name)[:-1])


def by_key(known: Iterable[str], key_of: Callable[[str], str]) -> Index:
    """Return the indices of the known names by a key, at most eight for one; an empty key finds nothing."""
    index: Index = {}
    for place, name in enumerate(known):
        _add(index, key_of(name), place)
    index.pop("", None)
    return index


def _add(index: Index, key: str, place: int) -> None:
    places = index.get(key, ())
    if len(places) < _MOST_KEPT:
        index[key] = (*places, place)


def _index(paths: Iterable[Parts]) -> Index:
    index: Index = {}
    for place, parts in enumerate(paths):
        for end in _ends_of(parts):
            _add(index, end, place)
    return index


def _longest(index: Index, parts: Parts) -> tuple[int, tuple[int, ...]]:
    """Return how many parts the longest known end of a path has, and the paths with it."""
    longest: tuple[int, tuple[int, ...]] = (0, ())
    for depth, end in enumerate(_ends_of(parts), start=1):
        if end not in index:
            break
        longest = depth, index[end]
    return longest


def _ends_of(parts: Parts) -> Iterator[str]:
    end = ""
    for part in parts[: -_DEEPEST - 1 : -1]:
        end = f"{part}/{end}" if end else part
        yield end


def _with_words(parts: Parts, file: Callable[[str], str]) -> Parts:
    folders = (loose_word(without_number(folder)) or folded(folder) for folder in parts[:-1])
    return (*folders, *map(file, parts[-1:]))


def _decoded(file: str) -> str:
    return folded(unquote(file))


_words = partial(_with_words, file=_decoded)
_as_form = partial(_with_words, file=loose_file)
