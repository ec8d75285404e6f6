"""How the workspace reads and edits annotations: every edit is one undo command, every change is reported once."""

from __future__ import annotations

import getpass
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_core.domain.annotation import (
    Box,
    Certainty,
    ImageLabel,
    Judgement,
    Mark,
    Review,
    ReviewState,
    Split,
    hold_out,
    split_of_label,
)
from msdn_core.domain.display_names import attribute_text, class_text
from msdn_core.project import ImageRecord, JudgementKey
from msdn_core.project.annotations import AnnotationStore, timestamp
from msdn_gui.annotate.edits import EditJudgements, EditLabels, EditMarks, EditReviews, EditSequence
from msdn_gui.session.table_commands import AddClasses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from PySide6.QtGui import QUndoStack

    from msdn_core.domain.attributes import FloatArray
    from msdn_gui.services.settings import SettingsStore
    from msdn_gui.session import Session
    from msdn_gui.session.undo import ProjectEdit

_REVIEW_TEXTS = {
    ReviewState.UNREVIEWED: "Clear the review of",
    ReviewState.CHECKED: "Check",
    ReviewState.FLAGGED: "Flag",
}


class Annotations(QObject):
    """Edits the annotations of the open project under the annotator's name.

    An edit that fails posts one sentence and leaves nothing to undo.
    """

    changed = Signal(object)
    """AnnotationChange."""

    def __init__(self, session: Session, stack: QUndoStack, settings: SettingsStore) -> None:
        super().__init__(stack)
        self._session, self._stack, self._settings = session, stack, settings

    @property
    def annotator(self) -> str:
        """The name under which annotations are saved."""
        return self._settings.value.annotator.strip() or _system_name()

    @property
    def store(self) -> AnnotationStore | None:
        """The open project's annotations; None if no project is open."""
        return self._session.document.project.annotations if self._session.document.project is not None else None

    # Judgements

    def judge(
        self,
        images: Collection[ImageRecord],
        columns: Collection[int],
        present: bool,
        certainty: Certainty,
        *,
        suggested_by: str = "",
    ) -> None:
        """Judge attributes in images, in one step."""
        verdicts = {(image.id, column): (present, certainty) for image in images for column in columns}
        self.judge_each(verdicts, f"Judge {self._names(columns)} in {count_of(images)}", suggested_by=suggested_by)

    def judge_each(
        self, verdicts: Mapping[tuple[int, int], tuple[bool, Certainty]], text: str, *, suggested_by: str = ""
    ) -> None:
        """Store (presence, certainty) by image id and attribute column, in one step."""
        at, annotator = timestamp(), self.annotator
        self.put_judgements(
            {
                JudgementKey(image, column, annotator): Judgement(present, certainty, at, suggested_by)
                for (image, column), (present, certainty) in verdicts.items()
            },
            text,
        )

    def withdraw(self, images: Collection[ImageRecord], columns: Collection[int]) -> None:
        """Delete this annotator's judgements of attributes in images."""
        store = self.store
        if store is None:
            return
        keys = {JudgementKey(image.id, column, self.annotator) for image in images for column in columns}
        existing = {key: None for image in images for key in store.judgements(image.id) if key in keys}
        self.put_judgements(existing, f"Withdraw {self._names(columns)} in {count_of(images)}")

    def put_judgements(self, values: Mapping[JudgementKey, Judgement | None], text: str) -> None:
        """Store judgements of any annotator, or delete them (None), in one step."""
        if values:
            self._stack.push(EditJudgements(self._session, self.changed.emit, text, values))

    # Labels

    def label(self, images: Collection[ImageRecord], class_name: str | None) -> None:
        """Give images a class, or remove theirs (None); images that have it already stay as they are."""
        values = self._labels(images, class_name)
        if class_name is None:
            self._push_labels(values, f"Remove the label of {count_of(values)}")
        else:
            self._push_labels(values, f"Label {count_of(values)} as {class_text(class_name)}")

    def label_new(self, images: Collection[ImageRecord], class_name: str, vector: FloatArray) -> None:
        """Add a seen class with a (K,) vector and give it to images, in one step."""
        values = self._labels(images, class_name)
        self._push_labels(
            values, f"Label {count_of(values)} as {class_text(class_name)} (new class)", {class_name: vector}
        )

    def label_each(
        self,
        images: Mapping[str, Collection[ImageRecord]],
        *,
        new_classes: Mapping[str, FloatArray],
        holds_out: bool = False,
    ) -> None:
        """Give the images of each class that class, in one step.

        Parameters
        ----------
        images
            Images by class name.
        new_classes
            (K,) vectors of the classes to add first.
        holds_out
            Whether every fifth image without a split is kept for testing.
        """
        values = {number: label for name, some in images.items() for number, label in self._labels(some, name).items()}
        if holds_out:
            fresh = [image for some in images.values() for image in some if image.split is Split.NONE]
            values |= _held_out({image.name: values[image.id] for image in fresh if image.id in values}, fresh)
        self._push_labels(values, f"Label {count_of(values)} with {len(images):,} classes", new_classes)

    def hold_out(self, images: Collection[ImageRecord]) -> int:
        """Keep every fifth training image of each class for testing, in one step; return how many these are."""
        at, annotator = timestamp(), self.annotator
        labels = {image.name: ImageLabel(image.class_name, image.split, annotator, at) for image in images}
        values = _held_out(labels, images)
        self._push_labels(values, f"Keep {count_of(values)} for testing")
        return len(values)

    def _labels(self, images: Collection[ImageRecord], class_name: str | None) -> dict[int, ImageLabel]:
        at = timestamp()
        return {
            image.id: ImageLabel(class_name, split_of_label(image.split, self._is_seen(class_name)), self.annotator, at)
            for image in images
            if image.class_name != class_name
        }

    def _is_seen(self, class_name: str | None) -> bool | None:
        """Return whether a class is seen, as a class that is added here is; None for no class."""
        table = self._session.document.table
        row = table.class_index.get(class_name) if class_name is not None else None
        return None if class_name is None else row is None or bool(table.seen[row])

    def _push_labels(
        self, values: Mapping[int, ImageLabel], text: str, new_classes: Mapping[str, FloatArray] | None = None
    ) -> None:
        edits: list[ProjectEdit] = []
        if new_classes:
            edits.append(AddClasses(self._session, new_classes, seen=True))
        if values:
            edits.append(EditLabels(self._session, self.changed.emit, text, values))
        if edits:
            self._stack.push(edits[0] if len(edits) == 1 else EditSequence(self._session, text, edits))

    # Reviews

    def review(self, images: Collection[ImageRecord], state: ReviewState, note: str = "") -> None:
        """Check images, flag them with a note, or clear their reviews."""
        review = None if state is ReviewState.UNREVIEWED else Review(state, note, self.annotator, timestamp())
        if images:
            text = f"{_REVIEW_TEXTS[state]} {count_of(images)}"
            values = {image.id: review for image in images}
            self._stack.push(EditReviews(self._session, self.changed.emit, text, values))

    # Marks

    def mark(self, image: ImageRecord, subject: str, place: Box) -> int | None:
        """Draw a box or a point; return its number, None if no project is open."""
        if self.store is None:
            return None
        number = self.store.next_mark()
        mark = Mark(image.id, subject, place, self.annotator, timestamp())
        self._push_marks({number: mark}, f"Draw a {'point' if mark.is_point else 'box'}")
        return number

    def move_mark(self, number: int, before: Mark, place: Box) -> None:
        """Move or resize a mark."""
        mark = replace(before, place=place, annotator=self.annotator, at=timestamp())
        self._push_marks({number: mark}, "Move a mark")

    def rename_mark(self, number: int, before: Mark, subject: str) -> None:
        """Set what a mark shows."""
        mark = replace(before, subject=subject, annotator=self.annotator, at=timestamp())
        self._push_marks({number: mark}, "Change what a mark shows")

    def remove_mark(self, number: int) -> None:
        """Delete a mark."""
        self._push_marks({number: None}, "Remove a mark")

    def add_marks(self, marks: Iterable[Mark], text: str) -> None:
        """Add marks, in one step."""
        if self.store is not None:
            self._push_marks(dict(enumerate(marks, start=self.store.next_mark())), text)

    def _push_marks(self, values: Mapping[int, Mark | None], text: str) -> None:
        if values:
            self._stack.push(EditMarks(self._session, self.changed.emit, text, values))

    # Inside

    def _names(self, columns: Collection[int]) -> str:
        names = [attribute_text(self._session.document.table.attributes[column]) for column in columns]
        return names[0] if len(names) == 1 else f"{len(names)} attributes"


def count_of(images: Collection[object]) -> str:
    """Return a number of images as text."""
    return "1 image" if len(images) == 1 else f"{len(images):,} images"


def _system_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "annotator"


def _held_out(labels: Mapping[str, ImageLabel], images: Collection[ImageRecord]) -> dict[int, ImageLabel]:
    """Return the labels, by image id, of those images that are kept for testing from now on.

    Parameters
    ----------
    labels
        Labels by image name.
    images
        The images to select from.
    """
    trained = {name: label.class_name for name, label in labels.items() if label.split is Split.TRAIN}
    splits = hold_out({name: kind for name, kind in trained.items() if kind is not None}, ())
    return {
        image.id: replace(labels[image.name], split=Split.TEST_SEEN)
        for image in images
        if splits.get(image.name) is Split.TEST_SEEN
    }
