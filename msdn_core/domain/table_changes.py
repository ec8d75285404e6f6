"""Compares two versions of a class table, class by class and value by value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.display_names import attribute_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import Attribute, ClassTable, FloatArray


class ChangeKind(Enum):
    """How a class differs in the other version."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    MISSING = "missing"
    """The other version does not have the class."""
    REFUSED = "refused"
    """The other version has a value outside the range of this table."""


@dataclass(frozen=True, eq=False, slots=True)
class ClassChange:
    """One class in both versions."""

    name: str
    kind: ChangeKind
    columns: NDArray[np.intp]
    """(n,) columns of this table with different values."""
    before: FloatArray
    after: FloatArray
    """(n,) values in this table (0 for a new class) and in the other version."""
    reason: str = ""
    """Why the change is refused."""


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """The classes of both versions: first those of the other version in its order, then those that it lacks."""

    changes: tuple[ClassChange, ...]
    unknown_attributes: tuple[str, ...]
    """Attributes of the other version that this table does not have; they are ignored."""
    missing_attributes: tuple[str, ...]
    """Attributes of this table that the other version does not have; values stay, or are 0 for a new class."""

    def count(self, kind: ChangeKind) -> int:
        """Return the number of classes of a kind."""
        return sum(change.kind is kind for change in self.changes)


def compare(
    table: ClassTable, attributes: Sequence[Attribute], classes: Sequence[str], vectors: FloatArray
) -> Comparison:
    """Return the differences of another version from ``table``; attributes are joined by full name.

    A class with a value outside the table's range is refused, since the other version is probably in other units.

    Parameters
    ----------
    table
        The class table.
    attributes, classes, vectors
        The other version: k attributes, m classes, (m, k) vectors.
    """
    ours = {attribute.full_name: column for column, attribute in enumerate(table.attributes)}
    theirs = [attribute.full_name for attribute in attributes]
    shared = [place for place, name in enumerate(theirs) if name in ours]
    columns = np.array([ours[theirs[place]] for place in shared], dtype=np.intp)
    value_range = table.value_range
    shared_vectors = vectors[:, shared] if shared else np.zeros((len(classes), 0))
    changes = [
        _change(table, name, columns, np.asarray(vector), value_range)
        for name, vector in zip(classes, shared_vectors, strict=True)
    ]
    included = set(classes)
    nothing = np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0)
    changes += [ClassChange(name, ChangeKind.MISSING, *nothing) for name in table.classes if name not in included]
    return Comparison(
        tuple(changes),
        tuple(name for name in theirs if name not in ours),
        tuple(name for name in ours if name not in set(theirs)),
    )


def _change(
    table: ClassTable, name: str, columns: NDArray[np.intp], values: FloatArray, value_range: tuple[float, float]
) -> ClassChange:
    row = table.class_index.get(name, -1)
    before = table.vectors[row, columns] if row >= 0 else np.zeros(len(columns))
    differ = before != values
    found = columns[differ], before[differ], values[differ]
    low, high = value_range
    outside = np.flatnonzero((values < low) | (values > high))
    if len(outside) and len(table.classes):
        attribute = attribute_text(table.attributes[columns[outside[0]]])
        reason = f"{values[outside[0]]:g} for {attribute} is outside the range of this table, {low:g} to {high:g}"
        return ClassChange(name, ChangeKind.REFUSED, *found, reason)
    if row < 0:
        return ClassChange(name, ChangeKind.NEW, *found)
    return ClassChange(name, ChangeKind.CHANGED if differ.any() else ChangeKind.SAME, *found)
