"""Attributes in the database: their order, their word vectors, and the parts where they can be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import Attribute
from msdn_core.errors import ProjectError
from msdn_core.project.connection import Database

_WORD_VECTOR = np.dtype("<f4")


class AttributeRoom:
    """Reads and changes attributes; every change is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Attribute, ...]:
        """The attributes in the order of the numbers in a class vector."""
        rows = self._database.rows("SELECT group_name, name FROM attributes ORDER BY position")
        return tuple(Attribute(group, name) for group, name in rows)

    def word_vectors(self) -> NDArray[np.float32] | None:
        """(K, D) one word vector an attribute, or None where they are not known."""
        rows = self._database.rows("SELECT word_vector FROM attributes ORDER BY position")
        if not rows or any(row[0] is None for row in rows):
            return None
        return np.stack([np.frombuffer(row[0], _WORD_VECTOR) for row in rows]).astype(np.float32)

    def replace(
        self, attributes: Sequence[Attribute], word_vectors: NDArray[np.floating] | None, word_vector_source: str
    ) -> None:
        """Put these attributes in the place of the old ones; judgements of images go if the attributes are others."""
        words = _checked(word_vectors, len(attributes))
        with self._database.transaction() as connection:
            if self.all() != tuple(attributes):
                connection.execute("DELETE FROM image_attributes")
                connection.execute("DELETE FROM judgements")
            connection.execute("DELETE FROM attributes")
            connection.executemany(
                "INSERT INTO attributes (position, group_name, name, word_vector) VALUES (?, ?, ?, ?)",
                [
                    (column, attribute.group, attribute.name, None if words is None else words[column].tobytes())
                    for column, attribute in enumerate(attributes)
                ],
            )
            connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('word_vector_source', ?)",
                (word_vector_source if words is not None else "",),
            )

    def group_parts(self) -> dict[str, tuple[str, ...]]:
        """Attribute group to the names of the parts where its attributes can be seen."""
        found: dict[str, tuple[str, ...]] = {}
        for group, part in self._database.rows("SELECT group_name, part FROM group_parts ORDER BY position"):
            found[group] = (*found.get(group, ()), part)
        return found

    def define_group_parts(self, mapping: Mapping[str, Sequence[str]]) -> None:
        """Put this mapping in the place of the old one."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM group_parts")
            connection.executemany(
                "INSERT INTO group_parts (group_name, part) VALUES (?, ?)",
                [(group, part) for group, parts in mapping.items() for part in dict.fromkeys(parts)],
            )


def _checked(word_vectors: NDArray[np.floating] | None, attributes: int) -> NDArray[np.float32] | None:
    if word_vectors is None:
        return None
    words = np.ascontiguousarray(word_vectors, _WORD_VECTOR)
    if words.ndim != 2 or words.shape[0] != attributes:
        raise ProjectError(
            f"Word vectors of shape {words.shape} do not fit {attributes} attributes; give one row an attribute."
        )
    if not np.isfinite(words).all():
        raise ProjectError("The word vectors hold values that are not finite numbers; nothing was changed.")
    return words
