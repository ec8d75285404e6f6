"""The workspace's one way to annotations: every edit is an undo command, and every change is told once."""

from __future__ import annotations

import getpass
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

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
from msdn_core.errors import MsdnError
from msdn_core.project import ImageRecord, JudgementKey
from msdn_core.project.annotations import AnnotationStore, timestamp
from msdn_gui.session import Session

if TYPE_CHECKING:
    from msdn_gui.services.settings import SettingsStore


class Annotations(QObject):
    """Edits of the open project's annotations, under the name of whoever sits here.

    An edit that cannot be made is said in the window and leaves nothing to undo.
    """

    changed = Signal(str, object)
    """``judgements``, ``labels``, ``reviews`` or ``marks``, and the ids of the images that they are of."""

    def __init__(self, session: Session, stack: QUndoStack, settings: SettingsStore) -> None:
        super().__init__(stack)
        self._session, self._stack, self._settings = session, stack, settings

    @property
    def annotator(self) -> str:
        """Under whose name edits are made."""
        return self._settings.value.annotator.strip() or _system_name()

    @property
    def room(self) -> AnnotationStore | None:
        """What is read from; None where no project is open."""
        return self._session.document.project.annotations if self._session.document.project is not None else None

    # Edits

    def judge(
        self,
        images: Collection[ImageRecord],
        columns: Collection[int],
        present: bool,
        certainty: Certainty,
        *,
        suggested_by: str = "",
    ) -> None:
        """Judge some attributes in some images, in one edit."""
        verdicts = {(image.id, column): (present, certainty) for image in images for column in columns}
        self.judge_each(verdicts, f"judging {self._names(columns)} in {count_of(images)}", suggested_by=suggested_by)

    def judge_each(
        self, verdicts: Mapping[tuple[int, int], tuple[bool, Certainty]], text: str, *, suggested_by: str = ""
    ) -> None:
        """Say of each image's id and attribute's column what stands with it, in one edit."""
        at, who = timestamp(), self.annotator
        changes = {
            JudgementKey(image, column, who): Judgement(present, certainty, at, suggested_by)
            for (image, column), (present, certainty) in verdicts.items()
        }
        self.put("judgements", changes, text)

    def take_back(self, images: Collection[ImageRecord], columns: Collection[int]) -> None:
        """Withdraw what this annotator said of some attributes in some images."""
        keys = [JudgementKey(image.id, column, self.annotator) for image in images for column in columns]
        room = self.room
        said = {key for image in images for key in (room.judgements(image.id) if room is not None else {})}
        self.put(
            "judgements",
            {key: None for key in keys if key in said},
            f"taking back {self._names(columns)} in {count_of(images)}",
        )

    def label(self, images: Collection[ImageRecord], class_name: str | None) -> None:
        """Give images a class, or take it away (None); images that have it are left alone."""
        changes = self._labels(images, class_name)
        self.put("labels", changes, f"labelling {count_of(changes)} {class_name or 'with no class'}")

    def label_each(self, images: Mapping[str, Collection[ImageRecord]], *, holds_out: bool = False) -> None:
        """Give the images of each class that class, in one edit; where it holds out, a fifth of them is for testing."""
        changes = {number: label for name, some in images.items() for number, label in self._labels(some, name).items()}
        if holds_out:
            fresh = [image for some in images.values() for image in some if image.split is Split.NONE]
            changes |= _held_out({image.name: changes[image.id] for image in fresh if image.id in changes}, fresh)
        self.put("labels", changes, f"labelling {count_of(changes)} with {len(images):,} classes")

    def hold_out(self, images: Collection[ImageRecord]) -> int:
        """Keep every fifth training image of each class for testing, in one edit; how many these are."""
        at, who = timestamp(), self.annotator
        labels = {image.name: ImageLabel(image.class_name, image.split, who, at) for image in images}
        changes = _held_out(labels, images)
        self.put("labels", changes, f"keeping {count_of(changes)} for testing")
        return len(changes)

    def _labels(self, images: Collection[ImageRecord], class_name: str | None) -> dict[int, ImageLabel]:
        table = self._session.document.table
        seen = None if class_name is None else bool(table.seen[table.class_index[class_name]])
        at = timestamp()
        return {
            image.id: ImageLabel(class_name, split_of_label(image.split, seen), self.annotator, at)
            for image in images
            if image.class_name != class_name
        }

    def review(self, images: Collection[ImageRecord], state: ReviewState, note: str = "") -> None:
        """Check images, flag them with a note, or make them unseen again."""
        made = None if state is ReviewState.UNREVIEWED else Review(state, note, self.annotator, timestamp())
        words = {
            ReviewState.UNREVIEWED: "making unseen",
            ReviewState.CHECKED: "checking",
            ReviewState.FLAGGED: "flagging",
        }
        self.put("reviews", {image.id: made for image in images}, f"{words[state]} {count_of(images)}")

    def mark(self, image: ImageRecord, subject: str, place: Box) -> int | None:
        """Draw a box or a point; its number."""
        if self.room is None:
            return None
        number = self.room.next_mark()
        made = Mark(image.id, subject, place, self.annotator, timestamp())
        self.put("marks", {number: made}, f"drawing a {'point' if made.is_point else 'box'}")
        return number

    def change_mark(self, number: int, before: Mark, *, place: Box | None = None, subject: str | None = None) -> None:
        """Move or resize a mark, or say that it is of something else."""
        made = Mark(
            before.image_id,
            before.subject if subject is None else subject,
            before.place if place is None else place,
            self.annotator,
            timestamp(),
        )
        self.put("marks", {number: made}, "moving a mark" if place is not None else "naming a mark")

    def remove_mark(self, number: int) -> None:
        """Take a mark away."""
        self.put("marks", {number: None}, "removing a mark")

    def put(self, kind: str, changes: Mapping[Any, Any], text: str) -> None:
        """One edit as one undo command; nothing where nothing changes."""
        if changes:
            self._stack.push(_Put(self, kind, changes, text))

    # Inside

    def write(self, kind: str, changes: Mapping[Any, Any]) -> dict[Any, Any]:
        """Make an edit and tell of it; what stood before. Called by undo commands alone."""
        room = self._session.document.require_project().annotations
        before: dict[Any, Any] = getattr(room, f"put_{kind}")(changes)
        ids = _images_of(kind, changes, before)
        if kind == "labels":
            self._session.document.refresh_images(ids)
        self.changed.emit(kind, ids)
        return before

    def say(self, fault: MsdnError) -> None:
        """Say in the window why an edit was not made."""
        self._session.messages.error(str(fault))

    def _names(self, columns: Collection[int]) -> str:
        names = [self._session.document.table.attributes[column].full_name for column in columns]
        return names[0] if len(names) == 1 else f"{len(names)} attributes"


class _Put(QUndoCommand):
    def __init__(self, annotations: Annotations, kind: str, changes: Mapping[Any, Any], text: str) -> None:
        super().__init__(text)
        self._annotations, self._kind, self._after = annotations, kind, changes
        self._before: Mapping[Any, Any] = {}

    def redo(self) -> None:
        try:
            self._before = self._annotations.write(self._kind, self._after)
        except MsdnError as fault:
            self.setObsolete(True)
            self._annotations.say(fault)

    def undo(self) -> None:
        try:
            self._annotations.write(self._kind, self._before)
        except MsdnError as fault:
            self.setObsolete(True)
            self._annotations.say(fault)


def _images_of(kind: str, changes: Mapping[Any, Any], before: Mapping[Any, Any]) -> frozenset[int]:
    if kind == "judgements":
        return frozenset(key.image_id for key in changes)
    if kind == "marks":
        marks = (*changes.values(), *before.values())
        return frozenset(mark.image_id for mark in marks if isinstance(mark, Mark))
    return frozenset(changes)


def count_of(images: Collection[object]) -> str:
    """How many images, in words."""
    return "1 image" if len(images) == 1 else f"{len(images):,} images"


def _system_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "annotator"


def _held_out(labels: Mapping[str, ImageLabel], images: Collection[ImageRecord]) -> dict[int, ImageLabel]:
    """Image id to its label of those, of the labels by the images' names, that are for testing from now on."""
    trained = {name: label.class_name for name, label in labels.items() if label.split is Split.TRAIN}
    splits = hold_out({name: kind for name, kind in trained.items() if kind is not None}, ())
    return {
        image.id: replace(labels[image.name], split=Split.TEST_SEEN)
        for image in images
        if splits.get(image.name) is Split.TEST_SEEN
    }
