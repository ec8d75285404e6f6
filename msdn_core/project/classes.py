"""Classes in the database: the class table and its edits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.errors import ProjectError
from msdn_core.project.connection import Database, translate_errors

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from msdn_core.project.attributes import AttributeStore

Cell = tuple[str, int, float]
"""Class name, attribute column, value."""

_VECTOR = np.dtype("<f8")


@dataclass(frozen=True, eq=False, slots=True)
class RemovedClass:
    """A removed class with everything needed to restore it."""

    name: str
    row: int
    vector: FloatArray
    seen: bool
    description: str
    images: tuple[tuple[int, str], ...]
    """Id and split of each image of this class."""


@translate_errors
class ClassStore:
    """Reads and changes classes, each change in one transaction."""

    def __init__(self, database: Database, attributes: AttributeStore) -> None:
        self._database = database
        self._attributes = attributes

    def table(self) -> ClassTable:
        """Return all classes by all attributes, with the seen mask."""
        attributes = self._attributes.all()
        rows = self._database.rows("SELECT name, vector, seen FROM classes ORDER BY position")
        vectors = np.frombuffer(b"".join(row[1] for row in rows), _VECTOR)
        if vectors.size != len(rows) * len(attributes):
            raise ProjectError(
                f"The class vectors in {self._database.file} do not fit its {len(attributes)} attributes; "
                "replace the file with a backup copy."
            )
        return ClassTable(
            attributes,
            tuple(row[0] for row in rows),
            vectors.reshape(len(rows), len(attributes)),
            np.array([row[2] for row in rows], dtype=np.bool_),
        )

    def define(self, table: ClassTable, word_vectors: NDArray[np.floating] | None, word_vector_source: str) -> None:
        """Replace the class table.

        Classes keep their images by name; images of a class that is gone have no class. Judgements of single images
        are deleted if the attributes change.
        """
        with self._database.transaction() as connection:
            self._attributes.replace(table.attributes, word_vectors, word_vector_source)
            kept = set(table.classes)
            for (name,) in connection.execute("SELECT name FROM classes").fetchall():
                if name not in kept:
                    _delete(connection, name)
            connection.executemany(
                "INSERT INTO classes (position, name, vector, seen) VALUES (?, ?, ?, ?) ON CONFLICT (name) "
                "DO UPDATE SET position = excluded.position, vector = excluded.vector, seen = excluded.seen",
                [
                    (row, name, _blob(table.vectors[row]), int(table.seen[row]))
                    for row, name in enumerate(table.classes)
                ],
            )

    def set_values(self, cells: Sequence[Cell]) -> None:
        """Set single values of class vectors, all or none."""
        changes: dict[str, dict[int, float]] = {}
        for name, column, value in cells:
            if not math.isfinite(value):
                raise ProjectError(
                    f"The value {value} for {self._attribute(column)} of class “{name}” is not a finite number, "
                    "so nothing was changed; enter a number."
                )
            changes.setdefault(name, {})[column] = float(value)
        with self._database.transaction() as connection:
            for name, values in changes.items():
                found = connection.execute("SELECT vector FROM classes WHERE name = ?", (name,)).fetchone()
                if found is None:
                    raise _unknown(name)
                vector = np.frombuffer(found[0], _VECTOR).copy()
                outside = next((column for column in values if not 0 <= column < len(vector)), None)
                if outside is not None:
                    raise ProjectError(f"There is no attribute column {outside}; there are {len(vector)}.")
                vector[list(values)] = list(values.values())
                connection.execute("UPDATE classes SET vector = ? WHERE name = ?", (vector.tobytes(), name))

    def set_vectors(self, vectors: Mapping[str, ArrayLike]) -> None:
        """Set whole class vectors, all or none."""
        with self._database.transaction() as connection:
            for name, vector in vectors.items():
                numbers = np.asarray(vector, dtype=_VECTOR)
                # One statement per class: this is on the way from a keystroke to the screen.
                fits = numbers.ndim == 1 and np.isfinite(numbers).all()
                updated = (
                    fits
                    and connection.execute(
                        "UPDATE classes SET vector = ?1 WHERE name = ?2 AND length(vector) = length(?1)",
                        (_blob(numbers), name),
                    ).rowcount
                )
                if not updated:
                    _checked_vector(name, numbers, _attribute_count(connection))
                    raise _unknown(name)

    def add(self, name: str, vector: ArrayLike, seen: bool, row: int | None, description: str) -> None:
        """Add a class at ``row``, or at the end."""
        with self._database.transaction() as connection:
            self._insert(connection, name, vector, seen, row, description)

    def remove(self, name: str) -> RemovedClass:
        """Remove a class; its images stay without class and split."""
        with self._database.transaction() as connection:
            found = connection.execute(
                "SELECT id, vector, seen, description, "
                "(SELECT count(*) FROM classes AS before WHERE before.position < classes.position) "
                "FROM classes WHERE name = ?",
                (name,),
            ).fetchone()
            if found is None:
                raise _unknown(name)
            images = connection.execute("SELECT id, split FROM images WHERE class_id = ?", (found[0],)).fetchall()
            _delete(connection, name)
        vector = np.frombuffer(found[1], _VECTOR).copy()
        return RemovedClass(name, found[4], vector, bool(found[2]), found[3], tuple(images))

    def restore(self, removed: RemovedClass) -> None:
        """Restore a removed class in its row, with its images."""
        with self._database.transaction() as connection:
            number = self._insert(
                connection, removed.name, removed.vector, removed.seen, removed.row, removed.description
            )
            connection.executemany(
                "UPDATE images SET class_id = ?, split = ? WHERE id = ? AND class_id IS NULL",
                [(number, split, image) for image, split in removed.images],
            )

    def rename(self, old: str, new: str) -> None:
        """Rename a class; it keeps its images."""
        with self._database.transaction() as connection:
            if old != new:
                _check_name(connection, new)
            if connection.execute("UPDATE classes SET name = ? WHERE name = ?", (new, old)).rowcount == 0:
                raise _unknown(old)

    def description(self, name: str) -> str:
        """Return the description of a class."""
        found = self._database.rows("SELECT description FROM classes WHERE name = ?", (name,))
        if not found:
            raise _unknown(name)
        return str(found[0][0])

    def describe(self, name: str, text: str) -> None:
        """Set the description of a class."""
        with self._database.transaction() as connection:
            changed = connection.execute("UPDATE classes SET description = ? WHERE name = ?", (text, name)).rowcount
            if not changed:
                raise _unknown(name)

    def _attribute(self, column: int) -> str:
        """Return an attribute as messages name it."""
        attributes = self._attributes.all()
        inside = 0 <= column < len(attributes)
        return f"attribute “{attributes[column].full_name}”" if inside else f"attribute column {column}"

    def _insert(
        self,
        connection: sqlite3.Connection,
        name: str,
        vector: ArrayLike,
        seen: bool,
        row: int | None,
        description: str,
    ) -> int:
        numbers = _checked_vector(name, vector, _attribute_count(connection))
        _check_name(connection, name)
        positions = [p for (p,) in connection.execute("SELECT position FROM classes ORDER BY position")]
        if row is None or row >= len(positions):
            position = positions[-1] + 1 if positions else 0
        else:
            position = positions[max(row, 0)]
            connection.execute("UPDATE classes SET position = position + 1 WHERE position >= ?", (position,))
        cursor = connection.execute(
            "INSERT INTO classes (position, name, vector, seen, description) VALUES (?, ?, ?, ?, ?)",
            (position, name, _blob(numbers), int(seen), description),
        )
        return int(cursor.lastrowid or 0)


def _attribute_count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM attributes").fetchone()[0])


def _blob(vector: FloatArray) -> bytes:
    return np.ascontiguousarray(vector, _VECTOR).tobytes()


def _checked_vector(name: str, vector: ArrayLike, attributes: int) -> FloatArray:
    numbers = np.asarray(vector, dtype=_VECTOR)
    if numbers.shape != (attributes,):
        raise ProjectError(
            f"The vector of class “{name}” has the shape {numbers.shape}; provide one number for each of the "
            f"{attributes} attributes."
        )
    if not np.isfinite(numbers).all():
        raise ProjectError(
            f"The vector of class “{name}” has a value that is not a finite number, so nothing was changed; "
            "provide a number for every attribute."
        )
    return numbers


def _delete(connection: sqlite3.Connection, name: str) -> None:
    connection.execute(
        "UPDATE images SET split = 'none' WHERE class_id = (SELECT id FROM classes WHERE name = ?)", (name,)
    )
    connection.execute("DELETE FROM classes WHERE name = ?", (name,))


def _check_name(connection: sqlite3.Connection, name: str) -> None:
    if not name.strip():
        raise ProjectError("A class needs a name, so nothing was changed; enter a name.")
    if connection.execute("SELECT 1 FROM classes WHERE name = ?", (name,)).fetchone():
        raise ProjectError(f"There is already a class “{name}”; choose another name.")


def _unknown(name: str) -> ProjectError:
    return ProjectError(f"There is no class “{name}” in this project; nothing was changed.")
