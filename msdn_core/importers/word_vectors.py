"""One vector of word meaning an attribute: from a file, or, without one, hashed from the words of its name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.errors import ImportFault
from msdn_core.importers.findings import Findings
from msdn_core.importers.readers.safe_pickle import MAX_BYTES, load_arrays
from msdn_core.importers.readers.vocabulary import is_vocabulary, look_up

HASHED = "hashed"
"""What a project says of vectors that were hashed from names."""

# The cleaning of names that the released word2vec vectors were made with.
_REPLACEMENTS = (("grey", "gray"), ("upperparts", "upper parts"), ("spatulate", "broad"))


def attribute_words(
    full_names: Sequence[str], path: Path | None, findings: Findings
) -> tuple[NDArray[np.float32], str]:
    """(K, D) word vectors of attributes and where they come from: the file's name, or ``hashed``.

    ``path`` holds one row an attribute (``.npy``, ``.pkl``), or vectors of words (see ``look_up``), of which each
    attribute gets the sum over its name. What is missing is a finding.

    Raises:
        ImportFault: if the file cannot be read or holds another number of rows.
    """
    if path is None:
        findings.add(
            "No word vectors were given: they are hashed from the attributes' names, which know nothing of meaning "
            "(--word-vectors FILE)."
        )
        return hashed_word_vectors(full_names), HASHED
    if is_vocabulary(path):
        return _summed(full_names, path, findings), path.name
    words = load_word_vectors(path)
    if len(words) != len(full_names):
        raise ImportFault(
            f"{path} has {len(words)} word vectors for {len(full_names)} attributes; give one row an attribute."
        )
    zero = [name for name, row in zip(full_names, words, strict=True) if not row.any()]
    if zero:
        findings.add(
            f"Word vectors that are all zero, so that their attributes are never attended to: {', '.join(zero)}."
        )
    return words, path.name


def _summed(full_names: Sequence[str], path: Path, findings: Findings) -> NDArray[np.float32]:
    """(K, D) sums over the words of each name, as the released vectors were made (reference, section 4)."""
    names = [words_of(name) for name in full_names]
    wanted = dict.fromkeys(word for words in names for word in words)
    vectors = look_up(path, set(wanted), findings)
    unknown = findings.unknown_words = tuple(word for word in wanted if word not in vectors)
    findings.counts["unknown_words"] = len(unknown)
    if unknown:
        findings.add(f"{path.name} does not know {len(unknown)} words of the attributes' names: {', '.join(unknown)}.")
    if not vectors:
        raise ImportFault(f"{path} knows no word of any attribute's name; give vectors of the same language.")
    dimension = len(next(iter(vectors.values())))
    rows = hashed_word_vectors(full_names, dimension)
    hashed = []
    for row, words in enumerate(names):
        known = [vectors[word] for word in words if word in vectors]
        if known:
            rows[row] = np.sum(known, axis=0)
        else:
            hashed.append(full_names[row])
    if hashed:
        findings.add(
            f"No word of {len(hashed)} attributes is known ({', '.join(hashed[:5])}): their vectors are hashed from "
            "their names."
        )
    return rows


def load_word_vectors(path: Path) -> NDArray[np.float32]:
    """(K, D) word vectors from a ``.npy`` file or a pickled array (``*_attribute.pkl``); no code in it is run.

    Raises:
        ImportFault: if the file holds no matrix of finite numbers.
    """
    content = _load_npy(path) if path.suffix.lower() == ".npy" else load_arrays(path)
    if not isinstance(content, np.ndarray) or content.ndim != 2 or content.dtype.kind not in "fiu":
        raise ImportFault(f"The file {path} holds no matrix of word vectors; give one with one row an attribute.")
    with np.errstate(over="ignore"):
        vectors = content.astype(np.float32)
    if not np.isfinite(vectors).all():
        row = int(np.argwhere(~np.isfinite(vectors))[0][0])
        raise ImportFault(f"Row {row + 1} of the word vectors in {path} holds a value that is not a finite number.")
    return vectors


def words_of(full_name: str) -> tuple[str, ...]:
    """The words of an attribute's name, cleaned as for the released vectors: ``has_bill_shape::curved_(up_or_down)``
    gives ``bill shape curved``."""
    text = full_name.lower().split("(", 1)[0].removeprefix("has_")
    text = re.sub(r"::|[_\-/,]", " ", text)
    for old, new in _REPLACEMENTS:
        text = text.replace(old, new)
    return tuple(text.split()) or (full_name,)


def hashed_word_vectors(full_names: Sequence[str], dimension: int = 300) -> NDArray[np.float32]:
    """(K, D) vectors that need no file: each word has a direction of length 1 drawn from its SHA-256, and a name is
    the sum of its words.

    Names that share words share directions; beyond that these vectors know nothing of meaning. The same names give
    the same vectors on every machine. Names of equal words are told apart by a direction of the whole name.
    """
    seen: set[tuple[str, ...]] = set()
    rows = []
    for name in full_names:
        words = tuple(sorted(words_of(name)))
        directions = [_direction(word, dimension) for word in words]
        if words in seen:
            directions.append(_direction(f"{name} ", dimension))
        seen.add(words)
        rows.append(np.sum(directions, axis=0))
    return np.asarray(rows, dtype=np.float32).reshape(len(rows), dimension)


def _direction(word: str, dimension: int) -> NDArray[np.float64]:
    """A corner of the hypercube, scaled to length 1: signs are the bits of a hash, alike on every platform."""
    blocks = [hashlib.sha256(f"{word}:{block}".encode()).digest() for block in range(dimension // 256 + 1)]
    bits = np.unpackbits(np.frombuffer(b"".join(blocks), np.uint8))[:dimension]
    return (bits.astype(np.float64) * 2.0 - 1.0) / np.float64(dimension) ** 0.5


def _load_npy(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImportFault(f"The file {path} is larger than the {MAX_BYTES >> 20} MiB that are read.")
        return np.load(path, allow_pickle=False)
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error
    except ImportFault:
        raise
    except Exception as error:  # Its head is Python's own syntax, and fails as that does.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ImportFault(f"The file {path} is no whole .npy file of numbers ({reason}); write it anew.") from error
