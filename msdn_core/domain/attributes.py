"""Attributes, their groups, and the class semantic vectors made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from msdn_core.errors import MsdnError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute, e.g. ``Attribute("crest", "yes")``, written ``crest::yes``."""

    group: str
    name: str

    @property
    def full_name(self) -> str:
        """``group::name``, or the bare name where there is no group."""
        return f"{self.group}::{self.name}" if self.group else self.name

    @classmethod
    def parse(cls, full_name: str) -> Attribute:
        """The attribute that a full name in the field's own spelling (``has_bill_shape::dagger``) stands for."""
        group, separator, name = full_name.partition("::")
        return cls(group, name) if separator else cls("", full_name)


@dataclass(frozen=True, eq=False)
class ClassTable:
    """Classes by attributes: the class semantic vectors, in the units they were given in.

    ``vectors`` is (M, K) float64 and finite; ``seen`` is (M,) bool. Both are made read-only. Every change
    gives a new table, so a table that was handed out stays what it was.
    """

    attributes: tuple[Attribute, ...]
    classes: tuple[str, ...]
    vectors: FloatArray
    seen: BoolArray
    _unit: dict[bool, FloatArray] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        vectors = np.array(self.vectors, dtype=np.float64)
        seen = np.array(self.seen, dtype=np.bool_)
        if vectors.shape != (len(self.classes), len(self.attributes)) or seen.shape != (len(self.classes),):
            raise MsdnError(
                f"A class table of {len(self.classes)} classes and {len(self.attributes)} attributes cannot hold "
                f"vectors of shape {vectors.shape} and a seen mask of shape {seen.shape}; give one row a class."
            )
        if not np.isfinite(vectors).all():
            row, column = map(int, np.argwhere(~np.isfinite(vectors))[0])
            raise MsdnError(
                f"Class “{self.classes[row]}” has the value {vectors[row, column]} for attribute "
                f"“{self.attributes[column].full_name}”; a class vector holds finite numbers only."
            )
        for kind, names in (("class", self.classes), ("attribute", [a.full_name for a in self.attributes])):
            if len(set(names)) != len(names):
                twice = next(name for name in names if list(names).count(name) > 1)
                raise MsdnError(f"The {kind} name “{twice}” stands twice; give each {kind} a name of its own.")
        vectors.flags.writeable = False
        seen.flags.writeable = False
        object.__setattr__(self, "vectors", vectors)
        object.__setattr__(self, "seen", seen)

    @classmethod
    def empty(cls) -> ClassTable:
        """A table without classes and attributes, as a folder of images has it at first."""
        return cls((), (), np.zeros((0, 0)), np.zeros(0, dtype=np.bool_))

    def unit_vectors(self, *, clip_negative: bool = False) -> FloatArray:
        """(M, K) class vectors with rows of length 1, as the network takes them; a zero row stays zero.

        ``clip_negative`` sets negative values to 0 first, as the AWA2 recipe does (reference, section 4).
        """
        if clip_negative not in self._unit:
            vectors = np.maximum(self.vectors, 0.0) if clip_negative else self.vectors
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            unit = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
            unit.flags.writeable = False
            self._unit[clip_negative] = unit
        return self._unit[clip_negative]

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
        """16 hex digits that two tables share exactly if their attributes are the same in the same order."""
        text = "\n".join(attribute.full_name for attribute in self.attributes)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def value_range(self) -> tuple[float, float]:
        """Lowest and highest value that a person may give: 0 to 1, or to 100 where the table is in percent.

        From the lowest value where there are negative ones (AWA2 writes −1 for a value that is not known), and up
        to the highest where it is above 100.
        """
        low, high = (float(self.vectors.min()), float(self.vectors.max())) if self.vectors.size else (0.0, 1.0)
        return min(low, 0.0), next((bound for bound in (1.0, 100.0) if high <= bound), high)

    def with_values(self, rows: Sequence[int], columns: Sequence[int], values: Sequence[float]) -> ClassTable:
        """The table with ``vectors[rows[i], columns[i]] = values[i]``."""
        vectors = self.vectors.copy()
        vectors[list(rows), list(columns)] = values
        return replace(self, vectors=vectors)

    def with_vectors(self, rows: Sequence[int], vectors: ArrayLike) -> ClassTable:
        """The table with other (K,) vectors in some rows."""
        changed = self.vectors.copy()
        changed[list(rows)] = vectors
        return replace(self, vectors=changed)

    def with_class(self, name: str, vector: FloatArray, *, seen: bool = False, row: int | None = None) -> ClassTable:
        """The table with one more class, at the end or at ``row`` where there are as many."""
        at = len(self.classes) if row is None else min(row, len(self.classes))
        return ClassTable(
            self.attributes,
            (*self.classes[:at], name, *self.classes[at:]),
            np.insert(self.vectors, at, vector, axis=0),
            np.insert(self.seen, at, seen),
        )

    def without_class(self, name: str) -> ClassTable:
        """The table without the class of that name."""
        row = self.class_index[name]
        return ClassTable(
            self.attributes,
            self.classes[:row] + self.classes[row + 1 :],
            np.delete(self.vectors, row, axis=0),
            np.delete(self.seen, row),
        )

    def renamed(self, old: str, new: str) -> ClassTable:
        """The table with one class under another name."""
        row = self.class_index[old]
        return replace(self, classes=(*self.classes[:row], new, *self.classes[row + 1 :]))
