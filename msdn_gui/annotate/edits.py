"""Undoable edits of annotations: one command per kind, and several edits as one step."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from msdn_core.domain.annotation import ImageLabel, Judgement, Mark, Review
from msdn_core.domain.display_names import attribute_text
from msdn_core.errors import MsdnError, ProjectError
from msdn_core.project import JudgementKey
from msdn_gui.session.undo import ProjectEdit, ValuesEdit

if TYPE_CHECKING:
    from msdn_core.project.annotations import AnnotationStore
    from msdn_gui.session import Session

K = TypeVar("K")
V = TypeVar("V")


class AnnotationKind(Enum):
    """A kind of annotation."""

    JUDGEMENTS = "judgements"
    LABELS = "labels"
    REVIEWS = "reviews"
    MARKS = "marks"


@dataclass(frozen=True, slots=True)
class AnnotationChange:
    """Annotations of one kind that have changed."""

    kind: AnnotationKind
    image_ids: frozenset[int]


Notify = Callable[[AnnotationChange], object]


class _AnnotationEdit(ValuesEdit[K, V]):
    """Stores annotations of one kind, and reports what changed."""

    kind: AnnotationKind

    def __init__(self, session: Session, notify: Notify, text: str, values: Mapping[K, V]) -> None:
        super().__init__(session.messages, text, values)
        self._session, self._notify = session, notify

    @property
    def _store(self) -> AnnotationStore:
        return self._session.document.require_project().annotations

    def _image_name(self, image_id: int) -> str:
        return self._session.document.require_project().image(image_id).name

    def write(self, values: Mapping[K, V]) -> None:
        """Store the values, all or none, and report which images they are of."""
        self._notify(AnnotationChange(self.kind, self._save(values)))

    @abstractmethod
    def _save(self, values: Mapping[K, V]) -> frozenset[int]:
        """Store the values; return the ids of the images whose annotations changed."""


class EditJudgements(_AnnotationEdit[JudgementKey, Judgement | None]):
    """Sets judgements, or deletes them."""

    kind = AnnotationKind.JUDGEMENTS

    def __init__(
        self, session: Session, notify: Notify, text: str, values: Mapping[JudgementKey, Judgement | None]
    ) -> None:
        super().__init__(session, notify, text, values)
        self._names = self._attribute_names()

    def apply(self) -> None:
        """Store the judgements; a second time only if their columns still hold the same attributes."""
        if self.was_done and self._attribute_names() != self._names:
            raise ProjectError("The attributes of this project have since changed.")
        super().apply()

    def read(self, keys: Collection[JudgementKey]) -> dict[JudgementKey, Judgement | None]:
        """Return the present judgement of each key."""
        return self._store.read_judgements(keys)

    def _save(self, values: Mapping[JudgementKey, Judgement | None]) -> frozenset[int]:
        self._store.put_judgements(values)
        return frozenset(key.image_id for key in values)

    def describe(self, key: JudgementKey) -> str:
        """Return which judgement a key means."""
        attribute = self._session.document.table.attributes[key.attribute]
        return f"The judgement of “{attribute_text(attribute)}” in {self._image_name(key.image_id)}"

    def _attribute_names(self) -> tuple[str, ...]:
        attributes = self._session.document.table.attributes
        touched = sorted({key.attribute for key in self._after})
        return tuple(attributes[column].full_name for column in touched if column < len(attributes))


class EditLabels(_AnnotationEdit[int, ImageLabel]):
    """Sets the class and the split of images."""

    kind = AnnotationKind.LABELS

    def read(self, keys: Collection[int]) -> dict[int, ImageLabel]:
        """Return the present label of each image; a label whose class was only renamed counts as the same."""
        return {number: self._known(number, label) for number, label in self._store.read_labels(keys).items()}

    def _save(self, values: Mapping[int, ImageLabel]) -> frozenset[int]:
        self._store.put_labels(values)
        self._session.document.refresh_images(values)
        return frozenset(values)

    def describe(self, key: int) -> str:
        """Return which label a key means."""
        return f"The label of {self._image_name(key)}"

    def _known(self, number: int, label: ImageLabel) -> ImageLabel:
        for known in (self._after[number], (self._before or {}).get(number)):
            if known is not None and label.annotator and _written(label) == _written(known):
                return known
        return label


def _written(label: ImageLabel) -> tuple[object, ...]:
    return label.class_name is None, label.split, label.annotator, label.at


class EditReviews(_AnnotationEdit[int, Review | None]):
    """Sets the reviews of images, or deletes them."""

    kind = AnnotationKind.REVIEWS

    def read(self, keys: Collection[int]) -> dict[int, Review | None]:
        """Return the present review of each image."""
        return self._store.read_reviews(keys)

    def _save(self, values: Mapping[int, Review | None]) -> frozenset[int]:
        self._store.put_reviews(values)
        return frozenset(values)

    def describe(self, key: int) -> str:
        """Return which review a key means."""
        return f"The review of {self._image_name(key)}"


class EditMarks(_AnnotationEdit[int, Mark | None]):
    """Sets marks by their numbers, or deletes them."""

    kind = AnnotationKind.MARKS

    def read(self, keys: Collection[int]) -> dict[int, Mark | None]:
        """Return the present mark of each number."""
        return self._store.read_marks(keys)

    def _save(self, values: Mapping[int, Mark | None]) -> frozenset[int]:
        before = self._store.put_marks(values)
        return frozenset(mark.image_id for mark in (*values.values(), *before.values()) if mark is not None)

    def describe(self, key: int) -> str:
        """Return which mark a key means."""
        mark = self._after[key] or (self._before or {}).get(key)
        return "A mark" if mark is None else f"A mark in {self._image_name(mark.image_id)}"


class EditSequence(ProjectEdit):
    """Several edits as one step: all are made and reverted, or none."""

    def __init__(self, session: Session, text: str, edits: Sequence[ProjectEdit]) -> None:
        super().__init__(session.messages, text)
        self._edits = edits

    def apply(self) -> None:
        """Make all edits, the first one first."""
        _do_all([(edit.apply, edit.revert, edit.check) for edit in self._edits])

    def revert(self) -> None:
        """Revert all edits, the last one first."""
        _do_all([(edit.revert, edit.apply, edit.check) for edit in reversed(self._edits)])


def _do_all(steps: Sequence[tuple[Callable[[], None], Callable[[], None], Callable[[], None]]]) -> None:
    """Do each step (do, revert, check); if one fails, revert those before it."""
    done: list[Callable[[], None]] = []
    try:
        for do, revert, check in steps:
            check()
            do()
            done.append(revert)
    except MsdnError:
        for revert in reversed(done):
            revert()
        raise
