"""Attributes in the database: their order, their word vectors, and the parts where they can be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import Attribute
from msdn_core.errors import ProjectError
from msdn_core.project.connection import Database, translate_errors

_WORD_VECTOR = np.dtype("<f4")


@translate_errors
class AttributeStore:
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

    def rename(self, column: int, attribute: Attribute) -> None:
        """Give an attribute another name, another group, or both; its place, values and word vector stay."""
        with self._database.transaction() as connection:
            self._check_free(attribute, column)
            old = connection.execute("SELECT group_name FROM attributes WHERE position = ?", (column,)).fetchone()
            if old is None:
                raise ProjectError(f"There is no attribute column {column}; nothing was changed.")
            connection.execute(
                "UPDATE attributes SET group_name = ?, name = ? WHERE position = ?",
                (attribute.group, attribute.name, column),
            )
            # A group that is new is seen at the same parts as the one that the attribute came from.
            connection.execute(
                "INSERT INTO group_parts (group_name, part) SELECT ?1, part FROM group_parts WHERE group_name = ?2 "
                "AND NOT EXISTS (SELECT 1 FROM group_parts WHERE group_name = ?1)",
                (attribute.group, old[0]),
            )

    def append(self, attribute: Attribute, word_vector: NDArray[np.floating] | None) -> None:
        """One more attribute, at the end: 0 for every class, not judged in any image."""
        words = _checked(None if word_vector is None else word_vector[None], 1)
        with self._database.transaction() as connection:
            self._check_free(attribute)
            connection.create_function("with_one_more", 2, lambda numbers, one: numbers + one, deterministic=True)
            connection.execute(
                "INSERT INTO attributes (position, group_name, name, word_vector) "
                "SELECT count(*), ?, ?, ? FROM attributes",
                (attribute.group, attribute.name, None if words is None else words[0].tobytes()),
            )
            connection.execute("UPDATE classes SET vector = with_one_more(vector, ?)", (bytes(8),))
            connection.execute(
                "UPDATE image_attributes SET present = with_one_more(present, ?), "
                "certainty = with_one_more(certainty, ?)",
                (b"\xff", b"\x00"),
            )

    def remove_last(self) -> None:
        """Take the last attribute out, with its values: what ``append`` did is undone.

        Raises ProjectError where somebody has judged it in an image since.
        """
        with self._database.transaction() as connection:
            judged = connection.execute(
                "SELECT count(DISTINCT image_id) FROM judgements "
                "WHERE attribute = (SELECT max(position) FROM attributes)"
            ).fetchone()[0]
            if judged:
                raise ProjectError(
                    f"The attribute “{self.all()[-1].full_name}” was judged in {judged} "
                    f"image{'s' if judged > 1 else ''} since; take that back in Annotate first."
                )
            connection.execute("DELETE FROM attributes WHERE position = (SELECT max(position) FROM attributes)")
            connection.execute("UPDATE classes SET vector = substr(vector, 1, length(vector) - 8)")
            connection.execute(
                "UPDATE image_attributes SET present = substr(present, 1, length(present) - 1), "
                "certainty = substr(certainty, 1, length(certainty) - 1)"
            )

    def _check_free(self, attribute: Attribute, column: int = -1) -> None:
        if not attribute.name.strip():
            raise ProjectError("An attribute needs a name; nothing was changed.")
        names = [one.full_name for one in self.all()]
        if attribute.full_name in names and names.index(attribute.full_name) != column:
            raise ProjectError(f"There is an attribute “{attribute.full_name}” already; choose another name.")

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
