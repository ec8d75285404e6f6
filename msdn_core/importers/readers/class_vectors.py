"""Class vectors: a data set's own, and those of a split file joined to them by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from msdn_core.domain.attributes import FloatArray
from msdn_core.errors import ImportFault
from msdn_core.importers.findings import Findings
from msdn_core.importers.readers.att_splits import AttSplits, join_classes
from msdn_core.importers.readers.text_files import finite_numbers, line_error, read_rows


def read_vectors(path: Path, classes: int, attributes: int) -> FloatArray:
    """(M, K) from a text with one class a line.

    Raises:
        ImportFault: if a line holds anything but K finite numbers, or there are not M of them.
    """
    vectors = []
    for line, texts in read_rows(path, attributes + 1):
        numbers = finite_numbers(texts)
        if numbers is None or len(numbers) != attributes:
            raise line_error(path, line, f"is not a class vector of {attributes} finite numbers; get the file anew")
        vectors.append(numbers)
    if len(vectors) != classes:
        raise ImportFault(f"{path} has {len(vectors)} class vectors for {classes} classes; get the file anew.")
    return np.array(vectors).reshape(classes, attributes)


def joined_vectors(
    classes: Sequence[str], attributes: int, own: FloatArray | None, proposed: AttSplits, findings: Findings
) -> FloatArray:
    """(M, K) the split file's vectors in the order of ``classes``; ``own``, (M, K), where it has no such class.

    Raises:
        ImportFault: if the split file has another number of attributes, or a class would have no vector.
    """
    if proposed.vectors.shape[1] != attributes:
        raise ImportFault(
            f"{proposed.path} has {proposed.vectors.shape[1]} attributes and the data set's own list {attributes}; "
            "give the two files of one data set."
        )
    joined = join_classes(classes, proposed.classes)
    findings.counts["classes_joined_by_name"] = len(joined)
    lost = [name for name in classes if name not in joined]
    if lost and own is None:
        raise ImportFault(f"{proposed.path} has no class {lost[0]}, so {len(lost)} classes would have no vector.")
    vectors = np.zeros((len(classes), attributes)) if own is None else own.copy()
    for row, name in enumerate(classes):
        if name in joined:
            vectors[row] = proposed.vectors[joined[name]]
    if lost:
        findings.add(
            f"{len(lost)} classes are not in {proposed.path.name}, e.g. {lost[0]}: their vectors are the data set's "
            "own."
        )
    if own is not None:
        differ = int((np.abs(vectors - own).max(axis=1, initial=0.0) > 1e-3).sum())
        findings.counts["classes_with_other_vectors"] = differ
        if differ:
            findings.add(
                f"{differ} classes have other vectors in {proposed.path.name}, which are used, than in the data set's "
                "own file."
            )
    return vectors
