"""``image_attribute_labels.txt``: annotators' judgements of each attribute in each image, in 3.7 million lines."""

from __future__ import annotations

import warnings
from codecs import BOM_UTF8
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.errors import ImportFault
from msdn_core.safe_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.importers.findings import Findings

_BLOCK = 1 << 24
_FIELDS = 5
"""Image, attribute, presence, certainty, seconds taken."""
_NEWLINE, _SPACE = 10, 32


def read_judgements(
    path: Path,
    numbers: Sequence[int],
    attributes: int,
    findings: Findings,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Read the judgements of some images.

    The published file has a few lines of 6 or 7 fields whose first four are valid: these are used and counted as
    malformed; all other malformed lines, and second judgements of one attribute in one image, are counted and left
    out. Lines of other images are counted. The file is read in blocks, since a loop over its
    lines takes minutes.

    Parameters
    ----------
    path
        The file.
    numbers
        The N images, by the data set's numbers.
    attributes
        The number of attributes, K.
    findings
        Receives the malformed lines.
    progress
        Called with the bytes read and their total.

    Returns
    -------
    present
        (N, K): 1, 0, or −1 without a judgement.
    certainty
        (N, K): 0 without a judgement.
    """
    present = np.full((len(numbers), attributes), -1, np.int8)
    certainty = np.zeros((len(numbers), attributes), np.int8)
    row_of = np.full(max(numbers, default=0) + 1, -1, np.int64)
    row_of[list(numbers)] = np.arange(len(numbers))
    done, first_line, others = 0, 1, 0
    try:
        size = path.stat().st_size
        with open_regular(path) as stream:
            while block := stream.read(_BLOCK):
                block += stream.readline()
                done += len(block)
                if first_line == 1:
                    block = block.removeprefix(BOM_UTF8)
                values, lines = _parse(block if block.endswith(b"\n") else block + b"\n", path, findings, first_line)
                valid = _are_valid(values, attributes)
                for line in lines[~valid].tolist():
                    findings.add_malformed(path, line)
                image, attribute, presence, sure = values[valid, :4].astype(np.int64).T
                listed = image < len(row_of)
                row = np.where(listed, row_of[np.where(listed, image, 0)], -1)
                included = row >= 0
                place = row[included] * attributes + attribute[included] - 1
                _, firsts = np.unique(place, return_index=True)
                is_new = np.zeros(len(place), np.bool_)
                is_new[firsts] = present.reshape(-1)[place[firsts]] < 0
                for line in lines[valid][included][~is_new].tolist():
                    findings.add_malformed(path, line)
                present.reshape(-1)[place[is_new]] = presence[included][is_new]
                certainty.reshape(-1)[place[is_new]] = sure[included][is_new]
                others += int((~included).sum())
                first_line += block.count(b"\n")
                if progress is not None:
                    progress(done, size)
    except OSError as error:
        raise ImportFault(f"The file {path} cannot be read ({error.strerror or error}); check the folder.") from error
    findings.counts["judgements_of_other_images"] = others
    return present, certainty


def _are_valid(values: NDArray[np.float64], attributes: int) -> NDArray[np.bool_]:
    """Return (n,) whether the numbers of each line are possible."""
    image, attribute, presence, sure = values[:, :4].T
    with np.errstate(invalid="ignore"):
        whole = (values[:, :4] == np.floor(values[:, :4])).all(axis=1)
        return np.asarray(
            whole
            & (image >= 0)
            & (image < 1e12)
            & (attribute >= 1)
            & (attribute <= attributes)
            & ((presence == 0) | (presence == 1))
            & (sure >= 0)
            & (sure <= 127)
        )


def _parse(
    block: bytes, path: Path, findings: Findings, first_line: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return (n, 5) numbers and the (n,) line numbers; lines with another number of fields are parsed one by one."""
    characters = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(characters == _NEWLINE)
    starts = np.concatenate([[0], ends[:-1] + 1])
    spaces = np.add.reduceat(characters == _SPACE, starts, dtype=np.int64)
    regular = spaces == _FIELDS - 1
    text = block if regular.all() else characters[np.repeat(regular, ends - starts + 1)].tobytes()
    values = _numbers(text)
    if values is None or values.size != regular.sum() * _FIELDS:
        # Something in here is not a number: find it line by line.
        regular[:] = False
        values = np.zeros(0)
    lines = np.flatnonzero(regular) + first_line
    corrected, corrected_lines = [], []
    for place in np.flatnonzero(~regular).tolist():
        fields = block[starts[place] : ends[place]].replace(b",", b".").split()
        numbers = _numbers(b" ".join(fields)) if len(fields) >= _FIELDS else None
        if numbers is None or numbers.size != len(fields):
            if fields:
                findings.add_malformed(path, place + first_line)
            continue
        if len(fields) > _FIELDS:
            findings.add_malformed(path, place + first_line)
        corrected.append(numbers[:_FIELDS])
        corrected_lines.append(place + first_line)
    return (
        np.concatenate([values.reshape(-1, _FIELDS), np.array(corrected).reshape(-1, _FIELDS)]),
        np.concatenate([lines, np.array(corrected_lines, np.int64)]),
    )


def _numbers(text: bytes) -> NDArray[np.float64] | None:
    """Return the numbers in a text separated by white space, or None if there is anything else."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text.decode("ascii"), np.float64, sep=" ")
        except (DeprecationWarning, ValueError):
            return None
