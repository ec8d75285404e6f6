"""Class vectors from text files, and from a split file joined by class name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.name_matching import match_words
from msdn_core.domain.wording import counted, named
from msdn_core.errors import ImportFault
from msdn_core.importers.readers.cell_values import decimal_marks, is_percentage
from msdn_core.importers.readers.text_files import finite_numbers, line_error, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from msdn_core.domain.attributes import FloatArray
    from msdn_core.importers.findings import Findings
    from msdn_core.importers.readers.att_splits import AttSplits


def read_vectors(path: Path, classes: int, attributes: int, findings: Findings) -> FloatArray:
    """Return (M, K) class vectors from a text with one class per line; decimal commas and percent signs are read.

    Raises
    ------
    ImportFault
        If a line is not K finite numbers, or there are not M lines.
    """
    rows = list(read_rows(path, attributes + 1, findings))
    if rows and all(is_percentage(text) for _, texts in rows for text in texts):
        # Signs alone: the numbers of such a file are in percent.
        rows = [(line, [text.rstrip("%％") for text in texts]) for line, texts in rows]
    marks = decimal_marks(text for _, texts in rows for text in texts)
    vectors = []
    for line, texts in rows:
        numbers = finite_numbers(texts, marks)
        if numbers is None or len(numbers) != attributes:
            raise line_error(path, line, f"is not {attributes} finite numbers; download the file again")
        vectors.append(numbers)
    if len(vectors) != classes:
        raise ImportFault(f"{path} has {len(vectors)} class vectors for {classes} classes; download the file again.")
    return np.array(vectors).reshape(classes, attributes)


def joined_vectors(
    classes: Sequence[str], attributes: int, own: FloatArray | None, proposed: AttSplits, findings: Findings
) -> FloatArray:
    """Return the (M, K) vectors of the split file in the order of ``classes``.

    Parameters
    ----------
    classes
        The M class names.
    attributes
        The number of attributes, K.
    own
        (M, K) vectors of the data set itself, for classes that the split file does not have.
    proposed
        The split file.
    findings
        Receives the differences.

    Raises
    ------
    ImportFault
        If the split file has another number of attributes, or a class would have no vector.
    """
    if proposed.vectors.shape[1] != attributes:
        raise ImportFault(
            f"{proposed.path} has {proposed.vectors.shape[1]} attributes and the data set's own list has {attributes}; "
            "choose files of one data set."
        )
    joined = match_words(classes, proposed.classes, one_to_one=True).matched
    findings.counts["classes_joined_by_name"] = len(joined)
    missing = [name for name in classes if name not in joined]
    if missing and own is None:
        raise ImportFault(
            f"{proposed.path} has no class {missing[0]}, so {len(missing)} classes would have no vector; choose the "
            "split file of this data set."
        )
    vectors = np.zeros((len(classes), attributes)) if own is None else own.copy()
    for row, name in enumerate(classes):
        if name in joined:
            vectors[row] = proposed.vectors[joined[name]]
    if missing:
        findings.add(
            f"{counted(len(missing), 'class is', 'classes are')} not in {proposed.path.name} and got the data set's "
            f"own vectors: {named(missing)}."
        )
    if own is not None:
        differ = int((np.abs(vectors - own).max(axis=1, initial=0.0) > 1e-3).sum())
        findings.counts["classes_with_other_vectors"] = differ
        if differ:
            findings.add(
                f"{counted(differ, 'class has', 'classes have')} different vectors in {proposed.path.name} and in the "
                f"data set's own file: those in {proposed.path.name} are used."
            )
    return vectors
