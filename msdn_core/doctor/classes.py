"""Class vectors and word vectors that would quietly spoil a result."""

from __future__ import annotations

import json

import numpy as np

from msdn_core.doctor.wording import named
from msdn_core.domain.attributes import ClassTable
from msdn_core.project import Project

_OTHER_UNITS = 20
"""A class whose highest value is this many times below the usual one is in other units: 0 to 1 among percent."""


def class_findings(table: ClassTable) -> list[str]:
    """Zero and duplicate class vectors, columns that say nothing, and values out of range."""
    findings = []
    empty = [name for name, vector in zip(table.classes, table.vectors, strict=True) if not vector.any()]
    if empty:
        findings.append(
            f"No attribute is set for {named(empty)}: such a class always scores 0; fill in its class vector."
        )
    first: dict[bytes, str] = {}
    twins = []
    for name, vector in zip(table.classes, np.round(table.unit_vectors(), 12) + 0.0, strict=True):
        if vector.any() and (other := first.setdefault(vector.tobytes(), name)) != name:
            twins.append(f"{other} = {name}")
    if twins:
        findings.append(
            f"The same class vector stands twice ({named(twins)}): the model cannot tell them apart; change one."
        )
    unused = [
        attribute.full_name
        for attribute, column in zip(table.attributes, table.vectors.T, strict=True)
        if not column.any()
    ]
    if unused and table.classes:
        findings.append(f"No class has a value for {named(unused)}; fill the column in or leave the attribute out.")
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
            f"{len(negative)} values are negative ({named(negative)}): AwA2 means missing by −1; train with "
            "clip_negative=true, as the recipe awa2 does, or fill them in."
        )
    highest = np.abs(table.vectors).max(axis=1)
    usual = float(np.median(highest[highest > 0])) if highest.any() else 0.0
    small = [name for name, top in zip(table.classes, highest.tolist(), strict=True) if 0 < top < usual / _OTHER_UNITS]
    if small:
        findings.append(
            f"The values of {named(small)} stay far below those of other classes (the usual highest one is {usual:g}); "
            "write all classes in one unit, percent or 0 to 1."
        )
    return findings


def word_vector_findings(project: Project, table: ClassTable) -> list[str]:
    """Word vectors that are missing, zero or alike, and words that no vector was known for."""
    vectors = project.word_vectors()
    if vectors is None:
        return ["There are no word vectors; training will use hashed ones."] if table.attributes else []
    findings = []
    zero = [a.full_name for a, vector in zip(table.attributes, vectors, strict=True) if not vector.any()]
    if zero:
        findings.append(
            f"The word vector of {named(zero)} is zero, so the attribute is never attended to; import with other "
            "--word-vectors."
        )
    first: dict[bytes, str] = {}
    twins = []
    for attribute, vector in zip(table.attributes, vectors, strict=True):
        if vector.any() and (other := first.setdefault(vector.tobytes(), attribute.full_name)) != attribute.full_name:
            twins.append(f"{other} = {attribute.full_name}")
    if twins:
        findings.append(
            f"Attributes have the same word vector ({named(twins)}), so they attend alike until training parts them; "
            "give them names of different words."
        )
    unknown = _texts(project.meta("unknown_words"))
    if unknown:
        findings.append(
            f"Words of attributes' names were not known to {project.word_vector_source()}: {named(unknown)}; rename "
            "the attributes or use other --word-vectors."
        )
    return findings


def _texts(stored: str | None) -> list[str]:
    try:
        content = json.loads(stored or "[]")
    except ValueError:
        return []
    return [str(word) for word in content] if isinstance(content, list) else []
