"""Annotations of images by people: judgements of attributes, class labels, reviews, marks (boxes and points).

Each kind has ``read_…(keys)``, which returns the present value of each key, and ``put_…(changes)``, which sets values
in one transaction (None deletes) and returns the values before in the same form: putting those undoes the change.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msdn_core.domain.annotation import Box, ImageLabel, Mark, Review, ReviewState, Split
from msdn_core.errors import ProjectError
from msdn_core.project.connection import translate_errors
from msdn_core.project.judgements import JudgementStore, among, annotator_id, check_image, no_image

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


def timestamp() -> str:
    """Return the current time as annotations keep it: ISO 8601, UTC, in milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@translate_errors
class AnnotationStore(JudgementStore):
    """Reads and writes all kinds of annotations of a project."""

    # Class labels

    def read_labels(self, image_ids: Collection[int]) -> dict[int, ImageLabel]:
        """Return the label of each image.

        Raises
        ------
        ProjectError
            If an image does not exist.
        """
        rows = self._database.rows(
            "SELECT images.id, classes.name, split, annotators.name, at FROM images "
            "LEFT JOIN classes ON classes.id = class_id LEFT JOIN image_labels ON image_labels.image_id = images.id "
            f"LEFT JOIN annotators ON annotators.id = annotator WHERE {among(image_ids, 'images.id')}"
        )
        found = {row[0]: ImageLabel(row[1], Split(row[2]), row[3] or "", row[4] or "") for row in rows}
        missing = next((number for number in image_ids if number not in found), None)
        if missing is not None:
            raise no_image(missing)
        return {number: found[number] for number in image_ids}

    def put_labels(self, changes: Mapping[int, ImageLabel]) -> dict[int, ImageLabel]:
        """Set the class and split of images, all or none; return those before."""
        with self._database.transaction() as connection:
            before = self.read_labels(changes)
            class_ids = dict(connection.execute("SELECT name, id FROM classes").fetchall())
            for image_id, label in changes.items():
                if label.class_name is not None and label.class_name not in class_ids:
                    raise ProjectError(
                        f"There is no class “{label.class_name}” in this project; no image was labelled."
                    )
                class_id = None if label.class_name is None else class_ids[label.class_name]
                connection.execute(
                    "UPDATE images SET class_id = ?, split = ? WHERE id = ?", (class_id, label.split.value, image_id)
                )
                connection.execute("DELETE FROM image_labels WHERE image_id = ?", (image_id,))
                if label.annotator:
                    connection.execute(
                        "INSERT INTO image_labels VALUES (?, ?, ?)",
                        (image_id, annotator_id(connection, label.annotator), label.at),
                    )
        return before

    def label(self, image_id: int) -> ImageLabel:
        """Return the class of an image, and who set it."""
        return self.read_labels((image_id,))[image_id]

    # Reviews

    def read_reviews(self, image_ids: Collection[int]) -> dict[int, Review | None]:
        """Return the review of each image, None if it has not been reviewed."""
        found = self._review_rows(f"WHERE {among(image_ids)}")
        return {number: found.get(number) for number in image_ids}

    def put_reviews(self, changes: Mapping[int, Review | None]) -> dict[int, Review | None]:
        """Set the reviews of images, or delete them (None), all or none; return those before."""
        with self._database.transaction() as connection:
            before = self.read_reviews(changes)
            for image_id, review in changes.items():
                connection.execute("DELETE FROM reviews WHERE image_id = ?", (image_id,))
                if review is not None and review.state is not ReviewState.UNREVIEWED:
                    check_image(connection, image_id)
                    annotator = annotator_id(connection, review.annotator)
                    connection.execute(
                        "INSERT INTO reviews VALUES (?, ?, ?, ?, ?)",
                        (image_id, review.state.value, review.note, annotator, review.at),
                    )
        return before

    def review(self, image_id: int) -> Review | None:
        """Return the review of an image, None if it has not been reviewed."""
        return self.read_reviews((image_id,))[image_id]

    def reviews(self) -> dict[int, Review]:
        """Return all reviews by image; images that have not been reviewed are left out."""
        return self._review_rows("")

    def review_states(self) -> dict[int, ReviewState]:
        """Return the review state by image; images that have not been reviewed are left out."""
        rows = self._database.rows("SELECT image_id, state FROM reviews")
        return {image_id: ReviewState(state) for image_id, state in rows}

    # Marks

    def read_marks(self, numbers: Collection[int]) -> dict[int, Mark | None]:
        """Return the mark of each number, None if there is none."""
        found = self._mark_rows(f"WHERE {among(numbers, 'marks.id')}")
        return {number: found.get(number) for number in numbers}

    def put_marks(self, changes: Mapping[int, Mark | None]) -> dict[int, Mark | None]:
        """Set marks by number, or delete them (None), all or none; return those before.

        The number of a new mark is ``next_mark()``.
        """
        with self._database.transaction() as connection:
            before = self.read_marks(changes)
            for number, mark in changes.items():
                connection.execute("DELETE FROM marks WHERE id = ?", (number,))
                if mark is not None:
                    check_image(connection, mark.image_id)
                    box = mark.place
                    place = (box.x, box.y, box.width, box.height)
                    connection.execute(
                        "INSERT INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (
                            number,
                            mark.image_id,
                            mark.subject,
                            *place,
                            annotator_id(connection, mark.annotator),
                            mark.at,
                        ),
                    )
        return before

    def next_mark(self) -> int:
        """Return a number that no mark has."""
        return int(self._database.value("SELECT coalesce(max(id), 0) + 1 FROM marks"))

    def marks(self, image_id: int) -> dict[int, Mark]:
        """Return the marks of an image by number, in the order in which they were drawn."""
        return self._mark_rows("WHERE image_id = ?", (image_id,))

    def all_marks(self) -> dict[int, Mark]:
        """Return the marks of all images by number."""
        return self._mark_rows("")

    def _review_rows(self, where: str) -> dict[int, Review]:
        rows = self._database.rows(
            "SELECT image_id, state, note, name, at FROM reviews JOIN annotators ON annotators.id = annotator " + where
        )
        return {image_id: Review(ReviewState(state), note, name, at) for image_id, state, note, name, at in rows}

    def _mark_rows(self, where: str, parameters: Sequence[object] = ()) -> dict[int, Mark]:
        rows = self._database.rows(
            "SELECT marks.id, image_id, subject, x, y, width, height, name, at FROM marks "
            f"JOIN annotators ON annotators.id = annotator {where} ORDER BY marks.id",
            parameters,
        )
        return {row[0]: Mark(row[1], row[2], Box(*row[3:7]), row[7], row[8]) for row in rows}
