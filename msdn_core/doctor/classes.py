"""Checks class vectors and word vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.wording import counted, named
from msdn_core.safe_files import parse_json

if TYPE_CHECKING:
    from msdn_core.domain.attributes import ClassTable
    from msdn_core.project import Project

_OTHER_UNITS = 20
"""A class whose highest value is this many times below the median is in other units: 0 to 1 instead of percent."""


def class_findings(table: ClassTable) -> list[str]:
    """Return findings about zero and equal class vectors, columns without values, and values out of range."""
    findings = []
    empty = [name for name, vector in zip(table.classes, table.vectors, strict=True) if not vector.any()]
    if empty:
        findings.append(
            f"All values are 0 in {named(empty)}: a class without values always scores 0; fill in the class vector."
        )
    first: dict[bytes, str] = {}
    equal = []
    for name, vector in zip(table.classes, np.round(table.unit_vectors(), 12) + 0.0, strict=True):
        if vector.any() and (other := first.setdefault(vector.tobytes(), name)) != name:
            equal.append(f"{other} = {name}")
    if equal:
        findings.append(
            f"Classes have equal class vectors ({named(equal)}), so the model cannot tell them apart; change one."
        )
    unused = [
        attribute.full_name
        for attribute, column in zip(table.attributes, table.vectors.T, strict=True)
        if not column.any()
    ]
    if unused and table.classes:
        findings.append(f"No class has a value for {named(unused)}; fill in the column or remove the attribute.")
    return [*findings, *_range_findings(table)]


def _range_findings(table: ClassTable) -> list[str]:
    findings = []
    if not table.vectors.size:
        return []
    negative = [
        f"{table.classes[row]}, {table.attributes[column].full_name}"
        for row, column in np.argwhere(table.vectors < 0).tolist()
    ]
    if negative:
        findings.append(
            f"{counted(len(negative), 'value is', 'values are')} negative ({named(negative)}); in AwA2 −1 means "
            "missing: train with clip_negative=true, as the recipe awa2 does, or fill in the values."
        )
    highest = np.abs(table.vectors).max(axis=1)
    median = float(np.median(highest[highest > 0])) if highest.any() else 0.0
    small = [name for name, top in zip(table.classes, highest.tolist(), strict=True) if 0 < top < median / _OTHER_UNITS]
    if small:
        findings.append(
            f"The values of {named(small)} are far below those of other classes (median of the highest values: "
            f"{median:g}); use one unit for all classes, percent or 0 to 1."
        )
    return findings


def word_vector_findings(project: Project, table: ClassTable) -> list[str]:
    """Return findings about word vectors that are missing, zero or equal, and about unknown words."""
    vectors = project.word_vectors()
    if vectors is None:
        if not table.attributes:
            return []
        return ["There are no word vectors, so training uses hashed ones; import with --word-vectors for real ones."]
    findings = []
    zero = [a.full_name for a, vector in zip(table.attributes, vectors, strict=True) if not vector.any()]
    if zero:
        findings.append(
            f"The word vector is zero for {named(zero)}, so the attribute gets no attention; import with other "
            "--word-vectors."
        )
    first: dict[bytes, str] = {}
    equal = []
    for attribute, vector in zip(table.attributes, vectors, strict=True):
        if vector.any() and (other := first.setdefault(vector.tobytes(), attribute.full_name)) != attribute.full_name:
            equal.append(f"{other} = {attribute.full_name}")
    if equal:
        findings.append(
            f"Attributes have equal word vectors ({named(equal)}), so their attention starts out equal; give them "
            "names with different words."
        )
    unknown = _texts(project.meta("unknown_words"))
    if unknown:
        findings.append(
            f"{project.word_vector_source()} lacks these words of attribute names: {named(unknown)}; rename the "
            "attributes or import with other --word-vectors."
        )
    return findings


def _texts(stored: str | None) -> list[str]:
    try:
        content = parse_json(stored or "[]")
    except ValueError:
        return []
    return [str(word) for word in content] if isinstance(content, list) else []
