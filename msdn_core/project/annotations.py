"""What people say of images: judgements of attributes, class labels, reviews, boxes and points.

Every ``put_…`` is one transaction, takes what shall stand from now on (None: nothing), and gives back what stood
there before in the same form, so that putting that undoes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.annotation import (
    Box,
    Certainty,
    ImageLabel,
    Judgement,
    Mark,
    Review,
    ReviewState,
    Split,
)
from msdn_core.domain.judge_agreement import Verdicts, verdicts_of
from msdn_core.errors import ProjectError
from msdn_core.project.connection import Database, translate_errors

_LOOKED_UP = 500


class JudgementKey(NamedTuple):
    """Which judgement: of an image, of an attribute (its column), by whom."""

    image_id: int
    attribute: int
    annotator: str


def timestamp() -> str:
    """This moment as it is kept: ISO 8601, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@translate_errors
class AnnotationStore:
    """Reads and changes annotations; attributes are columns, 0 to K−1."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def annotators(self) -> tuple[str, ...]:
        """Everybody who has said anything, in the order of their first word."""
        return tuple(name for (name,) in self._database.rows("SELECT name FROM annotators ORDER BY id"))

    # Judgements of attributes

    def put_judgements(self, changes: Mapping[JudgementKey, Judgement | None]) -> dict[JudgementKey, Judgement | None]:
        """Set or take back judgements, all or none."""
        before: dict[JudgementKey, Judgement | None] = {}
        attributes = int(self._database.value("SELECT count(*) FROM attributes"))
        with self._database.transaction() as connection:
            numbers = {name: _annotator(connection, name) for name in {key.annotator for key in changes}}
            for key, judgement in changes.items():
                if not 0 <= key.attribute < attributes:
                    raise ProjectError(f"There is no attribute column {key.attribute}; there are {attributes}.")
                place = (key.image_id, key.attribute, numbers[key.annotator])
                found = connection.execute(
                    "SELECT present, certainty, at, suggested_by FROM judgements "
                    "WHERE image_id = ? AND attribute = ? AND annotator = ?",
                    place,
                ).fetchone()
                before[key] = _judgement(found) if found else None
                if judgement is None:
                    connection.execute(
                        "DELETE FROM judgements WHERE image_id = ? AND attribute = ? AND annotator = ?", place
                    )
                    continue
                _check_image(connection, key.image_id)
                connection.execute(
                    "INSERT OR REPLACE INTO judgements VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        *place,
                        int(judgement.present),
                        int(judgement.certainty),
                        judgement.at,
                        judgement.suggested_by,
                    ),
                )
        return before

    def judgements(self, image_id: int) -> dict[JudgementKey, Judgement]:
        """All that people say of one image, by attribute, the oldest first."""
        rows = self._database.rows(
            "SELECT attribute, name, present, certainty, at, suggested_by FROM judgements "
            "JOIN annotators ON annotators.id = annotator WHERE image_id = ? ORDER BY attribute, at, annotator",
            (image_id,),
        )
        return {JudgementKey(image_id, row[0], row[1]): _judgement(row[2:]) for row in rows}

    def judgements_by(self, annotator: str) -> dict[JudgementKey, Judgement]:
        """All that one annotator says, by image and attribute."""
        rows = self._database.rows(
            "SELECT image_id, attribute, present, certainty, at, suggested_by FROM judgements "
            "JOIN annotators ON annotators.id = annotator WHERE name = ? ORDER BY image_id, attribute",
            (annotator,),
        )
        return {JudgementKey(row[0], row[1], annotator): _judgement(row[2:]) for row in rows}

    def judgements_of_attribute(
        self, attribute: int, image_ids: Collection[int] | None = None
    ) -> dict[int, tuple[int, int]]:
        """Image to (presence, certainty) in force of one attribute, of all images or of some.

        What a person said last holds, and the data set's judgement where no person said anything. Images that nobody
        judged are left out.
        """
        where = _among(image_ids)
        rows = self._database.rows(
            f"SELECT image_id, substr(present, ?1, 1), substr(certainty, ?1, 1) FROM image_attributes WHERE {where}",
            (attribute + 1,),
        )
        found = {image: (here[0], sure[0]) for image, here, sure in rows if here and here[0] in (0, 1)}
        said = self._database.rows(
            "SELECT image_id, present, certainty FROM judgements "
            f"WHERE attribute = ? AND {where} ORDER BY at, annotator",
            (attribute,),
        )
        found.update({image: (here, sure) for image, here, sure in said})
        return found

    def effective_judgements(self, image_ids: Sequence[int]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """(N, K) presence, −1 where nobody judged, and (N, K) certainty, 0 there; the last word of a person holds."""
        attributes = int(self._database.value("SELECT count(*) FROM attributes"))
        present = np.full((len(image_ids), attributes), -1, np.int8)
        certainty = np.zeros((len(image_ids), attributes), np.int8)
        place = {image: row for row, image in enumerate(image_ids)}
        where = _among(image_ids)
        given = self._database.rows(f"SELECT image_id, present, certainty FROM image_attributes WHERE {where}")
        for image, here, sure in given:
            if image in place:
                present[place[image]] = np.frombuffer(here, np.int8)
                certainty[place[image]] = np.frombuffer(sure, np.int8)
        said = self._database.rows(
            f"SELECT image_id, attribute, present, certainty FROM judgements WHERE {where} ORDER BY at, annotator"
        )
        for image, attribute, one, sure in said:
            if image in place and attribute < attributes:
                present[place[image], attribute], certainty[place[image], attribute] = one, sure
        return present, certainty

    def verdicts(self, annotator: str | None, *, unaided: bool = False) -> Verdicts:
        """All that one annotator says of attributes, or the data set (None).

        ``unaided`` leaves out what a model's suggestion brought about.
        """
        if annotator is None:
            rows = self._database.rows("SELECT image_id, present, certainty FROM image_attributes ORDER BY image_id")
            ids = np.array([row[0] for row in rows], dtype=np.int64)
            attributes = int(self._database.value("SELECT count(*) FROM attributes"))
            present, certainty = (
                np.frombuffer(b"".join(row[part] for row in rows), np.int8).reshape(len(rows), attributes)
                for part in (1, 2)
            )
            return verdicts_of(ids, present, certainty)
        said = self._database.rows(
            "SELECT image_id, attribute, CASE WHEN certainty = 1 THEN 2 ELSE present END FROM judgements "
            "JOIN annotators ON annotators.id = annotator WHERE name = ? AND (? = 0 OR suggested_by = '')",
            (annotator, int(unaided)),
        )
        columns = np.array(said, dtype=np.int64).reshape(-1, 3)
        return Verdicts(columns[:, 0], columns[:, 1], columns[:, 2].astype(np.int8))

    # Class labels

    def put_labels(self, changes: Mapping[int, ImageLabel]) -> dict[int, ImageLabel]:
        """Give images classes, or take them away, all or none."""
        before: dict[int, ImageLabel] = {}
        with self._database.transaction() as connection:
            for image_id, label in changes.items():
                before[image_id] = self.label(image_id)
                class_id = None
                if label.class_name is not None:
                    row = connection.execute("SELECT id FROM classes WHERE name = ?", (label.class_name,)).fetchone()
                    if row is None:
                        raise ProjectError(
                            f"There is no class “{label.class_name}” in this project; no image was labelled."
                        )
                    class_id = row[0]
                connection.execute(
                    "UPDATE images SET class_id = ?, split = ? WHERE id = ?", (class_id, label.split.value, image_id)
                )
                connection.execute("DELETE FROM image_labels WHERE image_id = ?", (image_id,))
                if label.annotator:
                    connection.execute(
                        "INSERT INTO image_labels VALUES (?, ?, ?)",
                        (image_id, _annotator(connection, label.annotator), label.at),
                    )
        return before

    def label(self, image_id: int) -> ImageLabel:
        """The class of an image, and who gave it."""
        rows = self._database.rows(
            "SELECT classes.name, split, annotators.name, at FROM images LEFT JOIN classes ON classes.id = class_id "
            "LEFT JOIN image_labels ON image_labels.image_id = images.id "
            "LEFT JOIN annotators ON annotators.id = annotator WHERE images.id = ?",
            (image_id,),
        )
        if not rows:
            raise _no_image(image_id)
        name, split, annotator, at = rows[0]
        return ImageLabel(name, Split(split), annotator or "", at or "")

    # Reviews

    def put_reviews(self, changes: Mapping[int, Review | None]) -> dict[int, Review | None]:
        """Check, flag or (None) un-see images, all or none."""
        before: dict[int, Review | None] = {}
        with self._database.transaction() as connection:
            for image_id, review in changes.items():
                before[image_id] = self.review(image_id)
                connection.execute("DELETE FROM reviews WHERE image_id = ?", (image_id,))
                if review is not None and review.state is not ReviewState.UNREVIEWED:
                    _check_image(connection, image_id)
                    connection.execute(
                        "INSERT INTO reviews VALUES (?, ?, ?, ?, ?)",
                        (
                            image_id,
                            review.state.value,
                            review.note,
                            _annotator(connection, review.annotator),
                            review.at,
                        ),
                    )
        return before

    def review(self, image_id: int) -> Review | None:
        """The review of one image, None where nobody has checked or flagged it."""
        return self._review_rows("WHERE image_id = ?", (image_id,)).get(image_id)

    def reviews(self) -> dict[int, Review]:
        """Image to its review; images that nobody has checked or flagged are left out."""
        return self._review_rows("", ())

    def review_states(self) -> dict[int, ReviewState]:
        """Image to how far a person is with it; images that nobody has checked or flagged are left out."""
        return {
            number: ReviewState(state) for number, state in self._database.rows("SELECT image_id, state FROM reviews")
        }

    # Boxes and points

    def put_marks(self, changes: Mapping[int, Mark | None]) -> dict[int, Mark | None]:
        """Set, move or take away marks by their numbers, all or none; a new one's number is ``next_mark``."""
        before: dict[int, Mark | None] = {}
        with self._database.transaction() as connection:
            for number, mark in changes.items():
                before[number] = self._mark_rows("WHERE marks.id = ?", (number,)).get(number)
                connection.execute("DELETE FROM marks WHERE id = ?", (number,))
                if mark is not None:
                    _check_image(connection, mark.image_id)
                    box = mark.place
                    place = (box.x, box.y, box.width, box.height)
                    connection.execute(
                        "INSERT INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (number, mark.image_id, mark.subject, *place, _annotator(connection, mark.annotator), mark.at),
                    )
        return before

    def next_mark(self) -> int:
        """A number that no mark has."""
        return int(self._database.value("SELECT coalesce(max(id), 0) + 1 FROM marks"))

    def marks(self, image_id: int) -> dict[int, Mark]:
        """The marks of an image by their numbers, in the order in which they were drawn."""
        return self._mark_rows("WHERE image_id = ?", (image_id,))

    def all_marks(self) -> dict[int, Mark]:
        """The marks of all images by their numbers."""
        return self._mark_rows("", ())

    # Inside

    def _review_rows(self, where: str, parameters: Sequence[object]) -> dict[int, Review]:
        rows = self._database.rows(
            "SELECT image_id, state, note, name, at FROM reviews JOIN annotators ON annotators.id = annotator " + where,
            parameters,
        )
        return {image: Review(ReviewState(state), note, name, at) for image, state, note, name, at in rows}

    def _mark_rows(self, where: str, parameters: Sequence[object]) -> dict[int, Mark]:
        rows = self._database.rows(
            "SELECT marks.id, image_id, subject, x, y, width, height, name, at FROM marks "
            f"JOIN annotators ON annotators.id = annotator {where} ORDER BY marks.id",
            parameters,
        )
        return {row[0]: Mark(row[1], row[2], Box(*row[3:7]), row[7], row[8]) for row in rows}


def _among(image_ids: Collection[int] | None) -> str:
    """A condition on ``image_id``; none where reading all rows costs less than looking each of them up."""
    if image_ids is None or len(image_ids) > _LOOKED_UP:
        return "TRUE"
    return f"image_id IN ({', '.join(str(int(number)) for number in image_ids)})"


def _judgement(row: Sequence[Any]) -> Judgement:
    present, certainty, at, suggested_by = row
    return Judgement(bool(present), Certainty(certainty), str(at), str(suggested_by))


def _annotator(connection: sqlite3.Connection, name: str) -> int:
    if not name.strip():
        raise ProjectError("An annotation needs the name of whoever makes it; nothing was changed.")
    connection.execute("INSERT OR IGNORE INTO annotators (name) VALUES (?)", (name,))
    return int(connection.execute("SELECT id FROM annotators WHERE name = ?", (name,)).fetchone()[0])


def _check_image(connection: sqlite3.Connection, image_id: int) -> None:
    if connection.execute("SELECT 1 FROM images WHERE id = ?", (image_id,)).fetchone() is None:
        raise _no_image(image_id)


def _no_image(image_id: int) -> ProjectError:
    return ProjectError(f"There is no image {image_id} in this project; nothing was changed.")
