"""``image_attribute_labels.txt``: what annotators said of each attribute in each image, in 3.7 million lines."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from msdn_core.errors import ImportFault
from msdn_core.importers.readers.text_files import Findings

_BLOCK = 1 << 24
_FIELDS = 5
"""Image, attribute, presence, certainty, seconds it took."""
_NEWLINE, _SPACE = 10, 32


def read_judgements(
    path: Path,
    numbers: Sequence[int],
    attributes: int,
    findings: Findings,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """(N, K) presence, -1 where nothing is said, and (N, K) certainty, 0 there, of the images with these numbers.

    The file has a few lines of 6 or 7 fields, whose first four are sound: they are used, and counted as malformed;
    lines that make no sense are counted and left out. It is read in blocks: a loop over its lines takes minutes.
    """
    present = np.full((len(numbers), attributes), -1, np.int8)
    certainty = np.zeros((len(numbers), attributes), np.int8)
    row_of = np.full(max(numbers, default=0) + 1, -1, np.int64)
    row_of[list(numbers)] = np.arange(len(numbers))
    done, first_line = 0, 1
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                block += stream.readline()
                done += len(block)
                values, lines = _parse(block if block.endswith(b"\n") else block + b"\n", path, findings, first_line)
                sound = _sound(values, attributes)
                for line in lines[~sound].tolist():
                    findings.malformed(path, line)
                image, attribute, here, sure = values[sound, :4].astype(np.int64).T
                listed = image < len(row_of)
                row = np.where(listed, row_of[np.where(listed, image, 0)], -1)
                wanted = row >= 0
                present[row[wanted], attribute[wanted] - 1] = here[wanted]
                certainty[row[wanted], attribute[wanted] - 1] = sure[wanted]
                first_line += block.count(b"\n")
                if progress is not None:
                    progress(done, size)
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the folder.") from error
    return present, certainty


def _sound(values: NDArray[np.float64], attributes: int) -> NDArray[np.bool_]:
    """(n,) whether a line's numbers are ones that it can hold."""
    image, attribute, here, sure = values[:, :4].T
    with np.errstate(invalid="ignore"):
        whole = (values[:, :4] == np.floor(values[:, :4])).all(axis=1)
        return np.asarray(
            whole
            & (image >= 0)
            & (image < 1e12)
            & (attribute >= 1)
            & (attribute <= attributes)
            & ((here == 0) | (here == 1))
            & (sure >= 0)
            & (sure <= 127)
        )


def _parse(
    block: bytes, path: Path, findings: Findings, first_line: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(n, 5) numbers and the (n,) line each stands in; lines of another number of fields go the slow way."""
    characters = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(characters == _NEWLINE)
    starts = np.concatenate([[0], ends[:-1] + 1])
    spaces = np.add.reduceat(characters == _SPACE, starts, dtype=np.int64)
    regular = spaces == _FIELDS - 1
    text = block if regular.all() else characters[np.repeat(regular, ends - starts + 1)].tobytes()
    values = _numbers(text)
    if values is None or values.size != regular.sum() * _FIELDS:
        # Something in here is no number: find out line by line which.
        regular[:] = False
        values = np.zeros(0)
    lines = np.flatnonzero(regular) + first_line
    mended, mended_lines = [], []
    for place in np.flatnonzero(~regular).tolist():
        fields = block[starts[place] : ends[place]].split()
        numbers = _numbers(b" ".join(fields)) if len(fields) >= _FIELDS else None
        if numbers is None or numbers.size != len(fields):
            if fields:
                findings.malformed(path, place + first_line)
            continue
        if len(fields) > _FIELDS:
            findings.malformed(path, place + first_line)
        mended.append(numbers[:_FIELDS])
        mended_lines.append(place + first_line)
    return (
        np.concatenate([values.reshape(-1, _FIELDS), np.array(mended).reshape(-1, _FIELDS)]),
        np.concatenate([lines, np.array(mended_lines, np.int64)]),
    )


def _numbers(text: bytes) -> NDArray[np.float64] | None:
    """All numbers of a text between white space, or None if there is anything else."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text.decode("ascii"), np.float64, sep=" ")
        except (DeprecationWarning, ValueError):
            return None
