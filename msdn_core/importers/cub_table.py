"""What a CUB project knows of its classes and attributes: class vectors, seen mask, word vectors, parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.errors import ImportFault
from msdn_core.importers.cub_files import CubDirectory
from msdn_core.importers.cub_parts import GROUP_PARTS
from msdn_core.importers.cub_splits import Decision
from msdn_core.importers.text_files import Findings
from msdn_core.importers.word_vectors import HASHED, hashed_word_vectors, load_word_vectors
from msdn_core.importers.xlsa17 import AttSplits, join_classes


def class_table(cub: CubDirectory, proposed: AttSplits | None, decision: Decision, findings: Findings) -> ClassTable:
    """The classes of ``classes.txt`` with the split file's vectors, or the directory's where it has none."""
    vectors = cub.vectors
    if proposed is not None:
        vectors = _joined_vectors(cub, proposed, findings)
    if vectors is None:
        raise ImportFault(
            f"There are no class vectors: {cub.folder} has no attributes/class_attribute_labels_continuous.txt; "
            "get that file, or give --splits att_splits.mat."
        )
    unseen = join_classes(cub.classes, sorted(decision.unseen))
    seen = np.array([name not in unseen for name in cub.classes], dtype=np.bool_)
    return ClassTable(cub.attributes, cub.classes, vectors, seen)


def _joined_vectors(cub: CubDirectory, proposed: AttSplits, findings: Findings) -> FloatArray:
    if proposed.vectors.shape[1] != len(cub.attributes):
        raise ImportFault(
            f"{proposed.path} has {proposed.vectors.shape[1]} attributes and attributes.txt {len(cub.attributes)}; "
            "give the two files of one data set."
        )
    joined = join_classes(cub.classes, proposed.classes)
    findings.counts["classes_joined_by_name"] = len(joined)
    lost = [name for name in cub.classes if name not in joined]
    if lost and cub.vectors is None:
        raise ImportFault(f"{proposed.path} has no class {lost[0]}, so {len(lost)} classes would have no vector.")
    vectors = np.zeros((len(cub.classes), len(cub.attributes))) if cub.vectors is None else cub.vectors.copy()
    for row, name in enumerate(cub.classes):
        if name in joined:
            vectors[row] = proposed.vectors[joined[name]]
    if lost:
        findings.say(
            f"{len(lost)} classes are not in {proposed.path.name}, e.g. {lost[0]}: their vectors are CUB's own."
        )
    if cub.vectors is not None:
        differ = int((np.abs(vectors - cub.vectors).max(axis=1) > 1e-3).sum())
        findings.counts["classes_with_other_vectors"] = differ
        if differ:
            findings.say(
                f"{differ} classes have other vectors in {proposed.path.name}, which are used, than in CUB's own file."
            )
    return vectors


def attribute_words(table: ClassTable, path: Path | None, findings: Findings) -> tuple[NDArray[np.float32], str]:
    """(K, D) word vectors and where they come from: the file\'s name, or ``hashed``."""
    if path is None:
        findings.say(
            "No word vectors were given: they are hashed from the attributes' names, which know nothing of meaning "
            "(--word-vectors FILE)."
        )
        return hashed_word_vectors([attribute.full_name for attribute in table.attributes]), HASHED
    words = load_word_vectors(path)
    if len(words) != len(table.attributes):
        raise ImportFault(
            f"{path} has {len(words)} word vectors for {len(table.attributes)} attributes; give one row an attribute."
        )
    zero = [table.attributes[row].full_name for row in np.flatnonzero(~words.any(axis=1))]
    if zero:
        findings.say(f"The word vectors of {len(zero)} attributes are all zero, e.g. that of {zero[0]}.")
    return words, path.name


def group_parts(table: ClassTable, cub: CubDirectory) -> dict[str, tuple[str, ...]]:
    """Attribute group to the parts where it can be seen, as far as the directory marks those parts."""
    known = set(cub.part_names)
    found = {group: tuple(part for part in GROUP_PARTS.get(group, ()) if part in known) for group in table.groups}
    return {group: parts for group, parts in found.items() if parts}
