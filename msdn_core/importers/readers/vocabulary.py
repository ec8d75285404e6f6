"""Published files of word vectors: GloVe's text, word2vec's text and binary form.

Such a file may have gigabytes: it is read once from start to end, and only the requested words are kept.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, BinaryIO, cast
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.wording import counted
from msdn_core.errors import ImportFault
from msdn_core.file_kinds import GZIP, unexpected_kind
from msdn_core.importers.readers.text_files import finite_numbers, line_error
from msdn_core.safe_files import open_regular

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.importers.findings import Findings

_MAX_DIMENSION = 4096
_MAX_WORD = 1024
_MAX_LINE = 1 << 17
_ARRAYS = (".npy", ".npz", ".pkl", ".pickle", ".pt", ".pth")
_ARRAY_STARTS = (b"\x93NUMPY", b"\x80", b"PK")
_SAMPLE = 1 << 12

Vectors = dict[str, NDArray[np.float32]]


def is_vocabulary(path: Path) -> bool:
    """Return whether a file is one of words and vectors, and not one of arrays, by its first bytes or its suffix."""
    try:
        with open_regular(path) as stream:
            head = stream.read(8)
    except OSError:
        head = b""
    return not head.startswith(_ARRAY_STARTS) and path.suffix.lower() not in _ARRAYS


def look_up(path: Path, words: Collection[str], findings: Findings) -> Vectors:
    """Return the (D,) vector of each word that the file has; the first vector of a word counts.

    Lines of text that are not a word and D finite numbers are findings.

    Raises
    ------
    ImportFault
        If the file cannot be read, is cut short, or is in none of these formats.
    """
    requested = {normalize(form, word).encode(): word for form in ("NFD", "NFC") for word in words}
    count = len(set(words))
    found: Vectors = {}
    if other := unexpected_kind(path, (GZIP,)):
        raise ImportFault(f"{path} {other}.")
    try:
        with open_regular(path) as file, _unpacked(file) as stream:
            read = _binary if _is_binary(stream) else _text
            for word, vector in read(stream, path, requested, findings):
                found.setdefault(requested[word], vector)
                if len(found) == count:
                    break
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ImportFault(f"The file {path} is not a complete .gz file ({error}); download it again.") from error
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the path.") from error
    return found


def _unpacked(file: BinaryIO) -> BinaryIO:
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return cast("BinaryIO", gzip.open(file)) if packed else file


def _is_binary(stream: BinaryIO) -> bool:
    """Return whether a file is word2vec's binary one: a line with both sizes, and then bytes that are no text."""
    head = _head(stream.readline(_MAX_WORD).split())
    sample = stream.read(_SAMPLE)
    stream.seek(0)
    return head is not None and any(byte < 32 and byte not in b"\t\n\r\f\v" for byte in sample)


Entries = Iterator[tuple[bytes, NDArray[np.float32]]]


def _text(stream: BinaryIO, path: Path, requested: Collection[bytes], findings: Findings) -> Entries:
    """Yield the words of a text; GloVe's has no header, word2vec's begins with the numbers of words and dimensions."""
    dimension = complete = assumed = promised = number = 0
    for number, line in enumerate(_lines(stream), start=1):
        if len(line) >= _MAX_LINE:
            raise line_error(
                path, number, f"is longer than {_MAX_LINE:,} bytes, which no word vector is; check the file"
            )
        texts = line.split()
        if number == 1:
            head = _head(texts)
            dimension = len(texts) - 1 if head is None else head[1]
            if not 1 <= dimension <= _MAX_DIMENSION:
                raise line_error(path, 1, "is not a word and its numbers; choose word vectors of GloVe or word2vec")
            if head is not None:
                promised = head[0]
                continue
        # A word may contain spaces (some of GloVe's do), so its numbers are counted from the end.
        word = b" ".join(texts[:-dimension])
        if not word:
            if texts:
                findings.add_malformed(path, number)
            continue
        complete += 1
        if not word.isascii():
            try:
                word = normalize("NFC", word.decode()).encode()
            except UnicodeDecodeError:
                assumed += 1
                word = normalize("NFC", word.decode("cp1252", "replace")).encode()
        if word in requested:
            numbers = finite_numbers([text.decode("ascii", "replace") for text in texts[-dimension:]])
            vector = None if numbers is None else _vector(np.array(numbers))
            if vector is None:
                findings.add_malformed(path, number)
            else:
                yield word, vector
    if not complete:
        raise ImportFault(f"{path} has no word vectors; choose a file of GloVe or word2vec.")
    if promised and complete < promised:
        findings.add(
            f"{path.name} announces {promised:,} words and has {complete:,}: it may be cut short; download it again."
        )
    if assumed:
        findings.add(
            f"{counted(assumed, 'word', 'words')} of {path.name} not in UTF-8 and read as Windows-1252 (cp1252)."
        )


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a text in UTF-8 without its byte order mark; UTF-16 with one becomes UTF-8."""
    start = stream.read(3)
    stream.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        texts = io.TextIOWrapper(stream, encoding="utf-16", errors="replace")
        while text := texts.readline(_MAX_LINE):
            yield text.encode("utf-8", "replace")
        return
    if start == codecs.BOM_UTF8:
        stream.seek(3)
    while line := stream.readline(_MAX_LINE):
        yield line


def _binary(stream: BinaryIO, path: Path, requested: Collection[bytes], findings: Findings) -> Entries:
    """Yield the words of a binary file: a line with both sizes, then each word, a space, and little-endian float32."""
    head = _head(stream.readline(_MAX_WORD).split())
    if head is None or not 1 <= head[1] <= _MAX_DIMENSION:
        raise line_error(path, 1, "is not the numbers of words and dimensions; choose a binary file of word2vec")
    count, size = head[0], head[1] * 4
    buffer, at = b"", 0
    for place in range(1, count + 1):
        if len(buffer) - at < size + _MAX_WORD:
            buffer, at = buffer[at:] + stream.read(1 << 20), 0
        end = buffer.find(b" ", at, at + _MAX_WORD)
        if end < 0 or end + 1 + size > len(buffer):
            raise ImportFault(
                f"{path} is cut short or damaged at word {place:,} of {count:,}; download the file again."
            )
        word = buffer[at:end].lstrip(b"\n")
        at = end + 1 + size
        if word in requested:
            vector = _vector(np.frombuffer(buffer, "<f4", head[1], end + 1))
            if vector is None:
                findings.add(
                    f"The vector of “{word.decode(errors='replace')}” in {path.name} is not finite and was left out."
                )
            else:
                yield word, vector


def _head(texts: list[bytes]) -> tuple[int, int] | None:
    if len(texts) != 2 or not all(text.isdigit() and len(text) < 12 for text in texts):
        return None
    return int(texts[0]), int(texts[1])


def _vector(numbers: NDArray[np.floating]) -> NDArray[np.float32] | None:
    with np.errstate(over="ignore"):
        vector = numbers.astype(np.float32)
    return vector if np.isfinite(vector).all() else None
