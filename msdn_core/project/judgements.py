"""Judgements of attributes in single images: by people, and by the data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from msdn_core.domain.annotation import Certainty, Judgement
from msdn_core.domain.judge_agreement import Verdicts, verdicts_of
from msdn_core.errors import ProjectError
from msdn_core.project.connection import Database, translate_errors

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

_MOST_LISTED = 500


class JudgementKey(NamedTuple):
    """Identifies a judgement: image, attribute (its column), annotator."""

    image_id: int
    attribute: int
    annotator: str


@translate_errors
class JudgementStore:
    """Reads and writes judgements; attributes are columns, 0 to K−1.

    For each image and attribute the *effective* judgement is the latest one by a person, or the data set's where no
    person has judged.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def annotators(self) -> tuple[str, ...]:
        """Return the names of everyone who has annotated, in the order of their first annotation."""
        return tuple(name for (name,) in self._database.rows("SELECT name FROM annotators ORDER BY id"))

    def read_judgements(self, keys: Collection[JudgementKey]) -> dict[JudgementKey, Judgement | None]:
        """Return the judgement of each key, None if there is none."""
        found: dict[JudgementKey, Judgement | None] = {}
        for key in keys:
            rows = self._database.rows(
                "SELECT present, certainty, at, suggested_by FROM judgements WHERE image_id = ? AND attribute = ? "
                "AND annotator = (SELECT id FROM annotators WHERE name = ?)",
                key,
            )
            found[key] = _judgement(rows[0]) if rows else None
        return found

    def put_judgements(self, changes: Mapping[JudgementKey, Judgement | None]) -> dict[JudgementKey, Judgement | None]:
        """Set judgements, or delete them (None), all or none; return those before."""
        attributes = self._attribute_count()
        with self._database.transaction() as connection:
            before = self.read_judgements(changes)
            annotators = {name: annotator_id(connection, name) for name in {key.annotator for key in changes}}
            for key, judgement in changes.items():
                if not 0 <= key.attribute < attributes:
                    raise ProjectError(f"There is no attribute column {key.attribute}; there are {attributes}.")
                row = (key.image_id, key.attribute, annotators[key.annotator])
                if judgement is None:
                    connection.execute(
                        "DELETE FROM judgements WHERE image_id = ? AND attribute = ? AND annotator = ?", row
                    )
                    continue
                check_image(connection, key.image_id)
                values = (int(judgement.present), int(judgement.certainty), judgement.at, judgement.suggested_by)
                connection.execute("INSERT OR REPLACE INTO judgements VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, *values))
        return before

    def judgements(self, image_id: int) -> dict[JudgementKey, Judgement]:
        """Return all judgements by people of one image, by attribute and then the oldest first."""
        rows = self._database.rows(
            "SELECT attribute, name, present, certainty, at, suggested_by FROM judgements "
            "JOIN annotators ON annotators.id = annotator WHERE image_id = ? ORDER BY attribute, at, annotator",
            (image_id,),
        )
        return {JudgementKey(image_id, row[0], row[1]): _judgement(row[2:]) for row in rows}

    def judgements_by(self, annotator: str) -> dict[JudgementKey, Judgement]:
        """Return all judgements by one annotator, by image and attribute."""
        rows = self._database.rows(
            "SELECT image_id, attribute, present, certainty, at, suggested_by FROM judgements "
            "JOIN annotators ON annotators.id = annotator WHERE name = ? ORDER BY image_id, attribute",
            (annotator,),
        )
        return {JudgementKey(row[0], row[1], annotator): _judgement(row[2:]) for row in rows}

    def judgements_of_attribute(
        self, attribute: int, image_ids: Collection[int] | None = None
    ) -> dict[int, tuple[int, int]]:
        """Return the effective (presence, certainty) of one attribute by image, of all images or of some.

        Images without a judgement are left out.
        """
        where = among(image_ids)
        given = self._database.rows(
            f"SELECT image_id, substr(present, ?1, 1), substr(certainty, ?1, 1) FROM image_attributes WHERE {where}",
            (attribute + 1,),
        )
        found = {
            image: (present[0], certainty[0]) for image, present, certainty in given if present and present[0] in (0, 1)
        }
        by_people = self._database.rows(
            "SELECT image_id, present, certainty FROM judgements "
            f"WHERE attribute = ? AND {where} ORDER BY at, annotator",
            (attribute,),
        )
        found.update({image: (present, certainty) for image, present, certainty in by_people})
        return found

    def effective_judgements(self, image_ids: Sequence[int]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """Return the effective judgements of all attributes in some images.

        Returns
        -------
        present
            (N, K): 1, 0, or −1 without a judgement.
        certainty
            (N, K): the number of a ``Certainty``, 0 without a judgement.
        """
        attributes = self._attribute_count()
        present = np.full((len(image_ids), attributes), -1, np.int8)
        certainty = np.zeros((len(image_ids), attributes), np.int8)
        row_of = {image: row for row, image in enumerate(image_ids)}
        where = among(image_ids)
        given = self._database.rows(f"SELECT image_id, present, certainty FROM image_attributes WHERE {where}")
        for image, presences, certainties in given:
            if image in row_of:
                present[row_of[image]] = np.frombuffer(presences, np.int8)
                certainty[row_of[image]] = np.frombuffer(certainties, np.int8)
        by_people = self._database.rows(
            f"SELECT image_id, attribute, present, certainty FROM judgements WHERE {where} ORDER BY at, annotator"
        )
        for image, attribute, presence, sure in by_people:
            if image in row_of and attribute < attributes:
                present[row_of[image], attribute], certainty[row_of[image], attribute] = presence, sure
        return present, certainty

    def verdicts(self, annotator: str | None, *, unaided: bool = False) -> Verdicts:
        """Return all verdicts of one annotator, or of the data set (None).

        Parameters
        ----------
        annotator
            Name of the annotator.
        unaided
            Whether to leave out judgements that accepted a model's suggestion.
        """
        if annotator is None:
            rows = self._database.rows("SELECT image_id, present, certainty FROM image_attributes ORDER BY image_id")
            ids = np.array([row[0] for row in rows], dtype=np.int64)
            attributes = self._attribute_count()
            present, certainty = (
                np.frombuffer(b"".join(row[part] for row in rows), np.int8).reshape(len(rows), attributes)
                for part in (1, 2)
            )
            return verdicts_of(ids, present, certainty)
        rows = self._database.rows(
            "SELECT image_id, attribute, CASE WHEN certainty = 1 THEN 2 ELSE present END FROM judgements "
            "JOIN annotators ON annotators.id = annotator WHERE name = ? AND (? = 0 OR suggested_by = '')",
            (annotator, int(unaided)),
        )
        columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return Verdicts(columns[:, 0], columns[:, 1], columns[:, 2].astype(np.int8))

    def _attribute_count(self) -> int:
        return int(self._database.value("SELECT count(*) FROM attributes"))


def among(numbers: Collection[int] | None, column: str = "image_id") -> str:
    """Return an SQL condition for a column; TRUE where reading every row costs less than looking each one up."""
    if numbers is None or len(numbers) > _MOST_LISTED:
        return "TRUE"
    return f"{column} IN ({', '.join(str(int(number)) for number in numbers)})"


def annotator_id(connection: sqlite3.Connection, name: str) -> int:
    """Return an annotator's id, adding the annotator if new."""
    if not name.strip():
        raise ProjectError("An annotation needs the name of its annotator; nothing was changed.")
    connection.execute("INSERT OR IGNORE INTO annotators (name) VALUES (?)", (name,))
    return int(connection.execute("SELECT id FROM annotators WHERE name = ?", (name,)).fetchone()[0])


def check_image(connection: sqlite3.Connection, image_id: int) -> None:
    """Raise ProjectError if there is no such image."""
    if connection.execute("SELECT 1 FROM images WHERE id = ?", (image_id,)).fetchone() is None:
        raise no_image(image_id)


def no_image(image_id: int) -> ProjectError:
    """Return the error of an unknown image id."""
    return ProjectError(f"There is no image {image_id} in this project; nothing was changed.")


def _judgement(row: Sequence[Any]) -> Judgement:
    present, certainty, at, suggested_by = row
    return Judgement(bool(present), Certainty(certainty), str(at), str(suggested_by))
