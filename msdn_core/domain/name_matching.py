"""Matches names written elsewhere with names known here: paths of images, and names of classes and attributes.

An exact name wins, then the longest end of a path that only one known path has. A name that could be several is never
guessed: it is reported with what it could be. Matching takes time in proportion to the number of names.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING
from unicodedata import normalize

from msdn_core.domain.name_spellings import (
    folded,
    loose_word,
    original_file,
    path_parts,
    path_spellings,
    without_number,
)
from msdn_core.domain.path_ends import MOST_CANDIDATES, Fit, Found, PathEnds, by_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Matches:
    """What became of each name; every name is in exactly one of the first three."""

    matched: dict[str, int]
    """The index in the known names, by the name as it is written."""
    ambiguous: dict[str, tuple[int, ...]]
    """The indices that a name could mean, at most four of them, by the name as it is written."""
    missing: tuple[str, ...]
    """Names that fit nothing."""
    assumed: tuple[str, ...] = ()
    """Matched names of which only the file's name fits, or the name before a tool changed it."""

    def left_out(self) -> tuple[str, ...]:
        """Return the names without a match."""
        return (*self.ambiguous, *self.missing)


def match_words(names: Iterable[str], known: Sequence[str], *, one_to_one: bool = False) -> Matches:
    """Match names of classes, attributes, groups or parts.

    Names are the same exactly, in another Unicode form, in other case, without what separates words (spaces,
    underscores, hyphens, points), or without a number in front of a class, in this order.

    Parameters
    ----------
    names, known
        The names as they are written, and those to find.
    one_to_one
        Whether a known name can be meant by only one written name; several that fit equally well are ambiguous then.
    """
    matched: dict[str, int] = {}
    ambiguous: dict[str, tuple[int, ...]] = {}
    rank: dict[str, int] = {}
    waiting = list(dict.fromkeys(names))
    for place, key_of in enumerate(_WORD_KEYS):
        if not waiting:
            break
        index = by_key(known, key_of)
        still = []
        for name in waiting:
            found = index.get(key_of(name), ())
            if len(found) == 1:
                matched[name], rank[name] = found[0], place
            elif found:
                ambiguous[name] = found[:MOST_CANDIDATES]
            else:
                still.append(name)
        waiting = still
    for index_of_known, claims in _claims(matched).items() if one_to_one else ():
        best = min(rank[name] for name in claims)
        winners = [name for name in claims if rank[name] == best]
        for name in claims:
            if rank[name] > best or len(winners) > 1:
                del matched[name]
                ambiguous[name] = (index_of_known,)
    return Matches(matched, ambiguous, tuple(waiting))


def match_paths(names: Iterable[str], known: Sequence[str]) -> Matches:
    """Match paths of images.

    A path matches exactly; or, after its spelling is undone (Unicode form, separators, drive, address, query, percent
    escapes), by the longest end that only one known path has, also in other letter case; or without its suffix; or by
    what it was before a tool for annotations renamed its file. Folders that contradict each other are no match, except
    folders such as *images* and *train*, which tell nothing. Written paths that cannot be one image never match
    one known path.

    Parameters
    ----------
    names, known
        The paths as they are written, and those to find.
    """
    written = list(dict.fromkeys(names))
    exact = by_key(known, str)
    found = {name: Found(Fit.EXACT, exact[name]) for name in written if name in exact}
    waiting = [name for name in written if name not in found]
    if waiting:
        ends = PathEnds(known, written)
        has_hashes = any(original_file(name.replace("\\", "/").rpartition("/")[2]) for name in waiting)
        for name in waiting:
            spellings = path_spellings(name)
            hits = [hit for parts in spellings if (hit := ends.find(parts)) is not None]
            if not hits:
                loose = (ends.find_loosely(parts, digits=has_hashes) for parts in spellings)
                hits = [*islice((hit for hit in loose if hit is not None), 1)]
            if hits:
                # Of several spellings the one with the longest end counts, of equal ones the likeliest.
                found[name] = max(hits, key=lambda hit: hit.depth)
    return _resolved(written, found)


def _resolved(written: Sequence[str], found: dict[str, Found]) -> Matches:
    """Return the matches, without those of different paths with one known path."""
    matched = {name: found[name].places[0] for name in written if name in found and len(found[name].places) == 1}
    contested: set[str] = set()
    for claims in _claims(matched).values():
        contested.update(_contested({name: found[name] for name in claims}))
    return Matches(
        {name: place for name, place in matched.items() if name not in contested},
        {name: hit.places[:MOST_CANDIDATES] for name, hit in found.items() if name in contested or name not in matched},
        tuple(name for name in written if name not in found),
        tuple(name for name in matched if name not in contested and found[name].fit is Fit.ASSUMED),
    )


def _contested(claims: dict[str, Found]) -> list[str]:
    """Return the written paths that cannot be the image that another one fits better, or as well."""
    parts = {name: hit.parts or path_parts(name) for name, hit in claims.items()}
    best = min(hit.fit for hit in claims.values())
    strongest = [name for name, hit in claims.items() if hit.fit is best]
    near = [name for name, hit in claims.items() if hit.fit <= Fit.END] or strongest
    if not _are_one([parts[name] for name in near]):
        near = strongest
        if not _are_one([parts[name] for name in strongest]):
            return list(claims)
    kept = set(near)
    return [name for name in claims if name not in kept]


def _are_one(paths: Sequence[tuple[str, ...]]) -> bool:
    """Return whether paths are the same one, or each is the end of the next longer one, with a folder at least."""
    ordered = sorted(paths, key=len)
    return all(one == longer or (len(one) > 1 and longer[-len(one) :] == one) for one, longer in pairwise(ordered))


def _claims(matched: dict[str, int]) -> dict[int, list[str]]:
    """Return the known names that several written names match, with these."""
    claims: dict[int, list[str]] = defaultdict(list)
    for name, place in matched.items():
        claims[place].append(name)
    return {place: names for place, names in claims.items() if len(names) > 1}


_WORD_KEYS: tuple[Callable[[str], str], ...] = (
    str,
    lambda name: normalize("NFC", name.strip()),
    folded,
    loose_word,
    lambda name: loose_word(without_number(name)),
)
