"""Attributes in the database: their order, their word vectors, and the parts where they can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.attributes import Attribute
from msdn_core.domain.wording import counted
from msdn_core.errors import ProjectError
from msdn_core.project.connection import Database, translate_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_WORD_VECTOR = np.dtype("<f4")


@translate_errors
class AttributeStore:
    """Reads and changes attributes, each change in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Attribute, ...]:
        """Return the attributes in the order of the numbers in a class vector."""
        rows = self._database.rows("SELECT group_name, name FROM attributes ORDER BY position")
        return tuple(Attribute(group, name) for group, name in rows)

    def word_vectors(self) -> NDArray[np.float32] | None:
        """Return the (K, D) word vectors, or None if they are unknown."""
        rows = self._database.rows("SELECT word_vector FROM attributes ORDER BY position")
        if not rows or any(row[0] is None for row in rows):
            return None
        return np.stack([np.frombuffer(row[0], _WORD_VECTOR) for row in rows]).astype(np.float32)

    def replace(
        self, attributes: Sequence[Attribute], word_vectors: NDArray[np.floating] | None, word_vector_source: str
    ) -> None:
        """Replace the attributes; judgements of images are deleted if the attributes change."""
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

    def rename(self, column: int, attribute: Attribute) -> None:
        """Rename an attribute, or its group; its column, values and word vector stay."""
        with self._database.transaction() as connection:
            self._check_free(attribute, column)
            old = connection.execute("SELECT group_name FROM attributes WHERE position = ?", (column,)).fetchone()
            if old is None:
                raise ProjectError(f"There is no attribute column {column}; nothing was changed.")
            connection.execute(
                "UPDATE attributes SET group_name = ?, name = ? WHERE position = ?",
                (attribute.group, attribute.name, column),
            )
            # A new group has the parts of the attribute's old group.
            connection.execute(
                "INSERT INTO group_parts (group_name, part) SELECT ?1, part FROM group_parts WHERE group_name = ?2 "
                "AND NOT EXISTS (SELECT 1 FROM group_parts WHERE group_name = ?1)",
                (attribute.group, old[0]),
            )

    def append(self, attribute: Attribute, word_vector: NDArray[np.floating] | None) -> None:
        """Add an attribute at the end, with 0 for every class and no judgements."""
        words = _checked(None if word_vector is None else word_vector[None], 1)
        with self._database.transaction() as connection:
            self._check_free(attribute)
            connection.create_function("appended", 2, lambda numbers, number: numbers + number, deterministic=True)
            connection.execute(
                "INSERT INTO attributes (position, group_name, name, word_vector) "
                "SELECT count(*), ?, ?, ? FROM attributes",
                (attribute.group, attribute.name, None if words is None else words[0].tobytes()),
            )
            connection.execute("UPDATE classes SET vector = appended(vector, ?)", (bytes(8),))
            connection.execute(
                "UPDATE image_attributes SET present = appended(present, ?), certainty = appended(certainty, ?)",
                (b"\xff", b"\x00"),
            )

    def remove_last(self) -> None:
        """Remove the last attribute with its values, which undoes ``append``.

        Raises
        ------
        ProjectError
            If the attribute has been judged in an image since.
        """
        with self._database.transaction() as connection:
            judged = connection.execute(
                "SELECT count(DISTINCT image_id) FROM judgements "
                "WHERE attribute = (SELECT max(position) FROM attributes)"
            ).fetchone()[0]
            if judged:
                raise ProjectError(
                    f"The attribute “{self.all()[-1].full_name}” has been judged in "
                    f"{counted(judged, 'image', 'images')} since; delete these judgements in Annotate first."
                )
            connection.execute("DELETE FROM attributes WHERE position = (SELECT max(position) FROM attributes)")
            connection.execute("UPDATE classes SET vector = substr(vector, 1, length(vector) - 8)")
            connection.execute(
                "UPDATE image_attributes SET present = substr(present, 1, length(present) - 1), "
                "certainty = substr(certainty, 1, length(certainty) - 1)"
            )

    def _check_free(self, attribute: Attribute, column: int = -1) -> None:
        if not attribute.name.strip():
            raise ProjectError("An attribute needs a name, so nothing was changed; enter a name.")
        names = [existing.full_name for existing in self.all()]
        if attribute.full_name in names and names.index(attribute.full_name) != column:
            raise ProjectError(f"There is already an attribute “{attribute.full_name}”; choose another name.")

    def group_parts(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the parts where the attributes of each group can be seen."""
        found: dict[str, tuple[str, ...]] = {}
        for group, part in self._database.rows("SELECT group_name, part FROM group_parts ORDER BY position"):
            found[group] = (*found.get(group, ()), part)
        return found

    def define_group_parts(self, mapping: Mapping[str, Sequence[str]]) -> None:
        """Replace the parts of all attribute groups."""
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
            f"Word vectors of shape {words.shape} do not fit {attributes} attributes; provide one row per attribute."
        )
    if not np.isfinite(words).all():
        raise ProjectError(
            "The word vectors have values that are not finite numbers, so nothing was changed; correct the vectors."
        )
    return words
