"""Word vectors of attributes: from a file, or else hashed from the words of their names."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import numpy as np

from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.file_kinds import ZIP, unexpected_kind
from msdn_core.importers.readers.safe_pickle import MAX_BYTES, load_arrays
from msdn_core.importers.readers.vocabulary import is_vocabulary, look_up
from msdn_core.safe_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.importers.findings import Findings

HASHED = "hashed"
"""The source, in a project, of vectors hashed from names."""

# As names were cleaned for the released word2vec vectors.
_REPLACEMENTS = (("grey", "gray"), ("upperparts", "upper parts"), ("spatulate", "broad"))


def attribute_words(
    full_names: Sequence[str], path: Path | None, findings: Findings
) -> tuple[NDArray[np.float32], str]:
    """Return (K, D) word vectors of attributes and their source: the file's name, or ``hashed``.

    Parameters
    ----------
    full_names
        The names of the K attributes.
    path
        A file with one row per attribute (``.npy``, ``.pkl``), or with vectors of words (see ``look_up``): then each
        attribute gets the sum over the words of its name.
    findings
        Receives what is missing.

    Raises
    ------
    ImportFault
        If the file cannot be read or has another number of rows.
    """
    if path is None:
        findings.add(
            "No word vectors were given (--word-vectors FILE): they are hashed from the attributes' names and carry "
            "no meaning."
        )
        return hashed_word_vectors(full_names), HASHED
    if is_vocabulary(path):
        return _summed(full_names, path, findings), path.name
    words = load_word_vectors(path)
    if len(words) != len(full_names) == words.shape[1]:
        findings.add(f"The word vectors in {path.name} are columns, so they were transposed.")
        words = np.ascontiguousarray(words.T)
    if len(words) != len(full_names):
        raise ImportFault(
            f"{path} has {len(words)} word vectors for {len(full_names)} attributes; choose a file with one row per "
            "attribute."
        )
    zero = [name for name, row in zip(full_names, words, strict=True) if not row.any()]
    if zero:
        findings.add(f"These attributes have word vectors that are all zero and get no attention: {', '.join(zero)}.")
    return words, path.name


def _summed(full_names: Sequence[str], path: Path, findings: Findings) -> NDArray[np.float32]:
    """Return (K, D) sums over the words of each name, as for the released vectors (reference, section 4)."""
    names = [words_of(name) for name in full_names]
    all_words = dict.fromkeys(word for words in names for word in words)
    vectors = look_up(path, set(all_words), findings)
    unknown = findings.unknown_words = tuple(word for word in all_words if word not in vectors)
    findings.counts["unknown_words"] = len(unknown)
    if unknown:
        what = counted(len(unknown), "word", "words")
        findings.add(f"{path.name} lacks {what} of the attributes' names: {', '.join(unknown)}.")
    if not vectors:
        raise ImportFault(f"{path} has no word of any attribute's name; choose vectors of the same language.")
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
            f"{counted(len(hashed), 'attribute has', 'attributes have')} no known word and got a vector hashed from "
            f"the name: {named(hashed)}."
        )
    return rows


def load_word_vectors(path: Path) -> NDArray[np.float32]:
    """Return (K, D) word vectors from a ``.npy`` file or a pickled array (``*_attribute.pkl``); no code in it is run.

    Raises
    ------
    ImportFault
        If the file does not contain a matrix of finite numbers.
    """
    other = unexpected_kind(path, (ZIP,))
    if other is not None:
        raise ImportFault(f"{path} {other}.")
    try:
        with open_regular(path) as stream:
            start = stream.read(6)
    except OSError:
        start = b""  # Reading says why.
    if start.startswith(b"PK"):
        raise ImportFault(
            f"{path} is an archive of arrays (.npz, .pt) or of other files; save its matrix with numpy.save, one row "
            "per attribute, and give the .npy file."
        )
    is_npy = start == b"\x93NUMPY" or (path.suffix.lower() == ".npy" and not start.startswith(b"\x80"))
    content = _load_npy(path) if is_npy else load_arrays(path)
    if not isinstance(content, np.ndarray) or content.ndim != 2 or content.dtype.kind not in "fiu":
        raise ImportFault(f"The file {path} is not a matrix of word vectors; choose one with one row per attribute.")
    with np.errstate(over="ignore"):
        vectors = content.astype(np.float32)
    if not np.isfinite(vectors).all():
        row = int(np.argwhere(~np.isfinite(vectors))[0][0])
        raise ImportFault(
            f"Row {row + 1} of the word vectors in {path} has a value that is not a finite number; correct the file."
        )
    return vectors


def words_of(full_name: str) -> tuple[str, ...]:
    """Return the words of an attribute's name, cleaned as for the released vectors.

    ``has_bill_shape::curved_(up_or_down)`` gives ``bill shape curved``.
    """
    text = normalize("NFC", full_name).lower().split("(", 1)[0].removeprefix("has_")
    text = re.sub(r"::|[_\-/,]", " ", text)
    for old, new in _REPLACEMENTS:
        text = text.replace(old, new)
    return tuple(text.split()) or (full_name,)


def hashed_word_vectors(full_names: Sequence[str], dimension: int = 300) -> NDArray[np.float32]:
    """Return (K, D) vectors that need no file.

    Each word has a direction of length 1 drawn from its SHA-256, and a name is the sum of its words. Names that share
    words share directions; beyond that these vectors carry no meaning. The same names give the same vectors on every
    machine. Names of the same words are distinguished by a direction of the whole name.
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
    """Return a corner of the hypercube scaled to length 1; its signs are the bits of a hash."""
    blocks = [hashlib.sha256(f"{word}:{block}".encode()).digest() for block in range(dimension // 256 + 1)]
    bits = np.unpackbits(np.frombuffer(b"".join(blocks), np.uint8))[:dimension]
    return (bits.astype(np.float64) * 2.0 - 1.0) / np.float64(dimension) ** 0.5


def _load_npy(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImportFault(
                f"The file {path} is larger than the limit of {MAX_BYTES >> 20} MiB; choose another file."
            )
        with open_regular(path) as stream:
            return np.load(stream, allow_pickle=False)
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error
    except ImportFault:
        raise
    except Exception as error:  # The header is Python syntax, and fails in as many ways.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ImportFault(f"{path} is not a complete .npy file of numbers ({reason}); save it again.") from error
