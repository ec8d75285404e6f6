"""The images to annotate as a list that is narrowed down and sorted, and holds still while one works through it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from msdn_core.domain.annotation import Certainty, Review, ReviewState
from msdn_core.project import ImageRecord

if TYPE_CHECKING:
    from msdn_gui.services.thumbnails import Thumbnails

RECORD_ROLE = Qt.ItemDataRole.UserRole + 1
"""The ``ImageRecord``."""
REVIEW_ROLE = Qt.ItemDataRole.UserRole + 2
"""The value of the ``ReviewState``."""
VERDICT_ROLE = Qt.ItemDataRole.UserRole + 3
"""(presence, certainty) of the attribute that is judged, or None."""
Index = QModelIndex | QPersistentModelIndex

FILTERS = {
    "all": "All images",
    "unseen": "Unseen",
    "checked": "Checked",
    "flagged": "Flagged",
    "unlabelled": "Without a class",
    "unjudged": "Attribute not judged",
}


class QueueModel(QAbstractListModel):
    """One row an image that the filter leaves. Edits never move rows: ``arrange`` does."""

    refreshed = Signal()
    """All cells may be others now. A view paints what it shows; told by ``dataChanged`` it would visit all of them."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._records: Sequence[ImageRecord] = []
        self._places: dict[int, int] = {}
        self._rows = np.zeros(0, dtype=np.int64)
        self._row_of_place: dict[int, int] = {}
        self._asked: dict[Path, int] = {}
        self._ask = ("", "all")
        self._keys: NDArray[np.floating] | None = None
        self.reviews: Mapping[int, Review] = {}
        self.verdicts: Mapping[int, tuple[int, int]] = {}
        thumbnails.ready.connect(self._thumbnail_ready)

    @property
    def total(self) -> int:
        """How many images there are, shown or not."""
        return len(self._records)

    def shows(self, records: Sequence[ImageRecord]) -> bool:
        """Whether these are the same images as before, perhaps with other classes."""
        return len(records) == len(self._records) and all(
            new.id == old.id for new, old in zip(records, self._records, strict=True)
        )

    def set_images(self, records: Sequence[ImageRecord]) -> None:
        """Show these images; where they are the same as before, rows stay where they are."""
        same = self.shows(records)
        self._records = records
        if same:
            self._redraw_all()
            return
        self._places = {record.id: place for place, record in enumerate(records)}
        self._asked.clear()
        self._keys = None
        self.arrange(*self._ask)

    def set_verdicts(self, verdicts: Mapping[int, tuple[int, int]]) -> None:
        """Image to what is said of the chosen attribute."""
        self.verdicts = verdicts
        self._redraw_all()

    def sort_by(self, keys: NDArray[np.floating] | None) -> None:
        """(N,) numbers, one an image as in ``set_images``: the highest first, NaN last; None: as they came."""
        self._keys = keys
        self.arrange(*self._ask)

    def arrange(self, text: str, kind: str) -> None:
        """Show the images whose name or class has every word of ``text``, and that are of a kind of ``FILTERS``."""
        self._ask = (text, kind)
        words = text.lower().split()
        keep = _KINDS[kind]
        rows: Sequence[int] = range(len(self._records))
        if words or kind != "all":
            rows = [
                place
                for place, record in enumerate(self._records)
                if keep(record, self) and (not words or _has(record, words))
            ]
        self.beginResetModel()
        self._rows = np.array(rows, dtype=np.int64)
        if self._keys is not None and len(self._keys) == len(self._records):
            self._rows = self._rows[np.argsort(-self._keys[self._rows], kind="stable")]
        self._row_of_place = {int(place): row for row, place in enumerate(self._rows)}
        self.endResetModel()

    def state_of(self, record: ImageRecord) -> ReviewState:
        """How far a person is with an image."""
        review = self.reviews.get(record.id)
        return ReviewState.UNREVIEWED if review is None else review.state

    def record_at(self, row: int) -> ImageRecord:
        """The image in a row."""
        return self._records[int(self._rows[row])]

    def shown_records(self) -> list[ImageRecord]:
        """The images that the filter leaves, in their order."""
        return [self._records[place] for place in self._rows.tolist()]

    def row_of(self, record: ImageRecord | None) -> int:
        """The row of an image, −1 where the filter has left it out."""
        return -1 if record is None else self._row_of_place.get(self._places.get(record.id, -1), -1)

    def redraw(self, ids: Collection[int]) -> None:
        """Have the cells of these images drawn anew."""
        for number in ids:
            row = self._row_of_place.get(self._places.get(number, -1), -1)
            if row >= 0:
                self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        place = int(self._rows[index.row()])
        record = self._records[place]
        if role == Qt.ItemDataRole.DecorationRole:
            self._asked[record.path] = place
            return self._thumbnails.get(record.path)
        if role == RECORD_ROLE:
            return record
        if role == REVIEW_ROLE:
            return self.state_of(record).value
        if role == VERDICT_ROLE:
            return self.verdicts.get(record.id)
        if role == Qt.ItemDataRole.DisplayRole:
            return record.name.rsplit("/", 1)[-1]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return "\n".join([record.name, record.class_name or "No class", *self._said_of(record)])
        return None

    def _said_of(self, record: ImageRecord) -> list[str]:
        review = self.reviews.get(record.id)
        if review is None:
            return ["Unseen"]
        note = f": {review.note}" if review.note else ""
        return [f"{review.state.value.capitalize()} by {review.annotator}, {review.at[:16].replace('T', ' ')}{note}"]

    def _redraw_all(self) -> None:
        self.refreshed.emit()

    def _thumbnail_ready(self, path: Path) -> None:
        row = self._row_of_place.get(self._asked.get(path, -1), -1)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])


def _has(record: ImageRecord, words: list[str]) -> bool:
    text = f"{record.name}\n{record.class_name or ''}".lower()
    return all(word in text for word in words)


_KINDS = {
    "all": lambda record, model: True,  # noqa: ARG005
    "unseen": lambda record, model: record.id not in model.reviews,
    "checked": lambda record, model: model.state_of(record) is ReviewState.CHECKED,
    "flagged": lambda record, model: model.state_of(record) is ReviewState.FLAGGED,
    "unlabelled": lambda record, model: record.class_name is None,  # noqa: ARG005
    "unjudged": lambda record, model: record.id not in model.verdicts,
}


def verdict_word(verdict: tuple[int, int] | None) -> str:
    """``present``, ``absent``, ``not visible``, or nothing."""
    if verdict is None:
        return ""
    if verdict[1] == Certainty.NOT_VISIBLE:
        return "not visible"
    return "present" if verdict[0] else "absent"
