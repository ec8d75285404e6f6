"""Attributes, their groups, and the table of class semantic vectors."""

from __future__ import annotations

import hashlib
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute, e.g. ``Attribute("crest", "yes")``, written ``crest::yes``."""

    group: str
    name: str

    @property
    def full_name(self) -> str:
        """``group::name``, or the bare name if there is no group."""
        return f"{self.group}::{self.name}" if self.group else self.name

    @classmethod
    def parse(cls, full_name: str) -> Attribute:
        """Return the attribute of a full name such as ``has_bill_shape::dagger``."""
        group, separator, name = full_name.partition("::")
        return cls(group, name) if separator else cls("", full_name)


@dataclass(frozen=True, eq=False)
class ClassTable:
    """The class semantic vectors: classes by attributes, in the units of the data set.

    A table never changes: every edit returns a new one.

    Parameters
    ----------
    attributes
        K attributes with different full names.
    classes
        M different class names.
    vectors
        (M, K) finite numbers; copied and made read-only.
    seen
        (M,) whether each class is a seen one; copied and made read-only.

    Raises
    ------
    MsdnError
        If the shapes do not match, a value is not finite, or a name occurs twice.
    """

    attributes: tuple[Attribute, ...]
    classes: tuple[str, ...]
    vectors: FloatArray
    seen: BoolArray
    _unit: dict[bool, tuple[FloatArray, frozenset[int]]] = field(default_factory=dict, init=False, repr=False)
    """Unit vectors by ``clip_negative``, and the rows of them that are out of date."""

    def __post_init__(self) -> None:
        vectors = np.array(self.vectors, dtype=np.float64)
        seen = np.array(self.seen, dtype=np.bool_)
        if vectors.shape != (len(self.classes), len(self.attributes)) or seen.shape != (len(self.classes),):
            raise MsdnError(
                f"A class table of {len(self.classes)} classes and {len(self.attributes)} attributes cannot hold "
                f"vectors of shape {vectors.shape} and a seen mask of shape {seen.shape}; give one row per class."
            )
        self._check_finite(vectors, range(len(self.classes)))
        for kind, names in (("class", self.classes), ("attribute", [a.full_name for a in self.attributes])):
            if len(set(names)) != len(names):
                duplicate = next(name for name in names if list(names).count(name) > 1)
                raise MsdnError(f"The {kind} name “{duplicate}” occurs twice; give each {kind} a different name.")
        vectors.flags.writeable = False
        seen.flags.writeable = False
        object.__setattr__(self, "vectors", vectors)
        object.__setattr__(self, "seen", seen)

    @classmethod
    def empty(cls) -> ClassTable:
        """Return a table without classes and attributes, as a project of images alone has."""
        return cls((), (), np.zeros((0, 0)), np.zeros(0, dtype=np.bool_))

    def unit_vectors(self, *, clip_negative: bool = False) -> FloatArray:
        """Return the (M, K) class vectors scaled to length 1, as the network takes them; a zero row stays zero.

        Parameters
        ----------
        clip_negative
            Whether to set negative values to 0 first, as the AWA2 recipe does (reference, section 4).
        """
        known, outdated = self._unit.get(clip_negative, (None, frozenset[int]()))
        if known is not None and not outdated:
            return known
        if known is None:
            unit = unit_rows(self.vectors, clip_negative)
        else:
            rows = list(outdated)
            unit = known.copy()
            unit[rows] = unit_rows(self.vectors[rows], clip_negative)
        unit.flags.writeable = False
        self._unit[clip_negative] = unit, frozenset()
        return unit

    @cached_property
    def class_index(self) -> dict[str, int]:
        """Row of each class by name."""
        return {name: row for row, name in enumerate(self.classes)}

    @cached_property
    def groups(self) -> dict[str, tuple[int, ...]]:
        """Attribute columns of each group, in the order in which the groups first occur."""
        found: dict[str, list[int]] = {}
        for column, attribute in enumerate(self.attributes):
            found.setdefault(attribute.group, []).append(column)
        return {group: tuple(columns) for group, columns in found.items()}

    @cached_property
    def attribute_fingerprint(self) -> str:
        """16 hex digits, equal for two tables exactly if their attributes are equal and in the same order."""
        text = "\n".join(attribute.full_name for attribute in self.attributes)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def value_range(self) -> tuple[float, float]:
        """Lowest and highest value that a person may enter: 0 to 1, or 0 to 100 if the table is in percent.

        It starts at the lowest value if there are negative ones (AWA2 writes −1 for an unknown value), and ends at
        the highest if that is above 100.
        """
        low, high = (float(self.vectors.min()), float(self.vectors.max())) if self.vectors.size else (0.0, 1.0)
        return min(low, 0.0), next((bound for bound in (1.0, 100.0) if high <= bound), high)

    def with_values(self, rows: Sequence[int], columns: Sequence[int], values: Sequence[float]) -> ClassTable:
        """Return the table with ``vectors[rows[i], columns[i]] = values[i]``."""
        vectors = self.vectors.copy()
        vectors[list(rows), list(columns)] = values
        return self._with_rows(rows, vectors)

    def with_vectors(self, rows: Sequence[int], vectors: ArrayLike) -> ClassTable:
        """Return the table with other (K,) vectors in some rows."""
        changed = self.vectors.copy()
        changed[list(rows)] = vectors
        return self._with_rows(rows, changed)

    def with_class(self, name: str, vector: FloatArray, *, seen: bool = False, row: int | None = None) -> ClassTable:
        """Return the table with one more class, at ``row`` or at the end."""
        at = len(self.classes) if row is None else min(row, len(self.classes))
        return self._with_attributes_of(
            ClassTable(
                self.attributes,
                (*self.classes[:at], name, *self.classes[at:]),
                np.insert(self.vectors, at, vector, axis=0),
                np.insert(self.seen, at, seen),
            )
        )

    def without_class(self, name: str) -> ClassTable:
        """Return the table without a class."""
        row = self.class_index[name]
        return self._with_attributes_of(
            ClassTable(
                self.attributes,
                self.classes[:row] + self.classes[row + 1 :],
                np.delete(self.vectors, row, axis=0),
                np.delete(self.seen, row),
            )
        )

    def renamed(self, old: str, new: str) -> ClassTable:
        """Return the table with one class under another name."""
        row = self.class_index[old]
        return self._with_attributes_of(replace(self, classes=(*self.classes[:row], new, *self.classes[row + 1 :])))

    def _with_rows(self, rows: Sequence[int], vectors: FloatArray) -> ClassTable:
        """Return the table with vectors that differ in some rows, without checking the other rows again."""
        self._check_finite(vectors, rows)
        vectors.flags.writeable = False
        table = copy(self)
        table.__dict__.pop("value_range", None)
        unit = {clip: (known, outdated.union(rows)) for clip, (known, outdated) in self._unit.items()}
        object.__setattr__(table, "vectors", vectors)
        object.__setattr__(table, "_unit", unit)
        return table

    def _with_attributes_of(self, table: ClassTable) -> ClassTable:
        """Return a new table of the same attributes with what is already known about them."""
        table.__dict__.update({key: self.__dict__[key] for key in _OF_ATTRIBUTES if key in self.__dict__})
        return table

    def _check_finite(self, vectors: FloatArray, rows: Sequence[int]) -> None:
        rows = list(rows)
        finite = np.isfinite(vectors[rows])
        if not finite.all():
            place, column = map(int, np.argwhere(~finite)[0])
            raise MsdnError(
                f"Class “{self.classes[rows[place]]}” has the value {vectors[rows[place], column]} for attribute "
                f"“{self.attributes[column].full_name}”; class vectors hold finite numbers only."
            )


_OF_ATTRIBUTES = ("groups", "attribute_fingerprint")
"""The cached properties that depend on the attributes alone."""


def unit_rows(vectors: FloatArray, clip_negative: bool) -> FloatArray:
    vectors = np.maximum(vectors, 0.0) if clip_negative else vectors
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: FloatArray = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit
