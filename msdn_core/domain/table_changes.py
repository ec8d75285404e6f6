"""Two versions of a class table compared, class by class and value by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import Attribute, ClassTable, FloatArray


class ChangeKind(Enum):
    """What the other version says of a class."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    MISSING = "missing"
    """The other version does not have it."""
    REFUSED = "refused"
    """It has a value that this table cannot take."""


@dataclass(frozen=True, eq=False, slots=True)
class ClassChange:
    """One class in both versions."""

    name: str
    kind: ChangeKind
    columns: NDArray[np.intp]
    """(n,) this table's columns whose values are others there."""
    before: FloatArray
    after: FloatArray
    """(n,) the values here (0 for a new class) and there."""
    reason: str = ""
    """Why it is refused."""


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """The classes of both versions: first those of the other one in its order, then those that it lacks."""

    changes: tuple[ClassChange, ...]
    unknown_attributes: tuple[str, ...]
    """Attributes of the other version that this table does not have; nothing is said of them."""
    missing_attributes: tuple[str, ...]
    """Attributes of this table that the other version does not have; their values stay, or are 0 for a new class."""

    def count(self, kind: ChangeKind) -> int:
        """How many classes are of a kind."""
        return sum(change.kind is kind for change in self.changes)


def compare(
    table: ClassTable, attributes: Sequence[Attribute], classes: Sequence[str], vectors: FloatArray
) -> Comparison:
    """What another version, of (m, k) ``vectors``, says otherwise than ``table``; attributes are joined by full name.

    A class with a value outside the table's range is refused: most often the other one is in other units.
    """
    ours = {attribute.full_name: column for column, attribute in enumerate(table.attributes)}
    theirs = [attribute.full_name for attribute in attributes]
    there = [place for place, name in enumerate(theirs) if name in ours]
    columns = np.array([ours[theirs[place]] for place in there], dtype=np.intp)
    changes = []
    value_range = table.value_range
    for name, vector in zip(classes, vectors[:, there] if there else np.zeros((len(classes), 0)), strict=True):
        changes.append(_change(table, name, columns, np.asarray(vector), value_range))
    named = set(classes)
    nothing = np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0)
    changes += [ClassChange(name, ChangeKind.MISSING, *nothing) for name in table.classes if name not in named]
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
    others = before != values
    found = columns[others], before[others], values[others]
    low, high = value_range
    wrong = np.flatnonzero((values < low) | (values > high))
    if len(wrong) and len(table.classes):
        attribute = table.attributes[columns[wrong[0]]].full_name
        reason = f"{values[wrong[0]]:g} for {attribute} is out of range: this table runs from {low:g} to {high:g}"
        return ClassChange(name, ChangeKind.REFUSED, *found, reason)
    if row < 0:
        return ClassChange(name, ChangeKind.NEW, *found)
    return ClassChange(name, ChangeKind.CHANGED if others.any() else ChangeKind.SAME, *found)
