"""The images to annotate: filtered and sorted on request, so that rows do not move while a person works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt

from msdn_core.domain.annotation import Review, ReviewState
from msdn_core.domain.text_search import has_words, search_words
from msdn_gui.annotate.wording import time_text
from msdn_gui.widgets.images.image_model import ImageListModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from msdn_core.project import ImageRecord
    from msdn_gui.services.thumbnails import Thumbnails
    from msdn_gui.widgets.index import Index

REVIEW_ROLE = Qt.ItemDataRole.UserRole + 2
"""The value of the ``ReviewState``."""
VERDICT_ROLE = Qt.ItemDataRole.UserRole + 3
"""(presence, certainty) of the attribute that is judged, or None."""

FILTERS: Mapping[str, str] = {
    "all": "All images",
    "unseen": "Not reviewed",
    "checked": "Checked",
    "flagged": "Flagged",
    "unlabelled": "No class",
    "unjudged": "Attribute not judged",
}


class QueueModel(ImageListModel):
    """The images that the filter leaves. Edits never move rows: ``arrange`` does."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__(thumbnails)
        self._filter = ("", "all")
        self._keys: NDArray[np.floating] | None = None
        self.reviews: Mapping[int, Review] = {}
        self.verdicts: Mapping[int, tuple[int, int]] = {}

    def shows(self, records: Sequence[ImageRecord]) -> bool:
        """Return whether these are the same images as before, perhaps with other classes."""
        return len(records) == len(self._records) and all(
            new.id == old.id for new, old in zip(records, self._records, strict=True)
        )

    def set_images(self, records: Sequence[ImageRecord]) -> None:
        """Show these images; if they are the same as before, rows stay where they are."""
        if self.shows(records):
            self._records = records
            self.refreshed.emit()
            return
        self._records = records
        self._requested.clear()
        self._keys = None
        self.arrange(*self._filter)

    def set_verdicts(self, verdicts: Mapping[int, tuple[int, int]]) -> None:
        """Show (presence, certainty) of the selected attribute by image id."""
        self.verdicts = verdicts
        self.refreshed.emit()

    def sort_by(self, keys: NDArray[np.floating] | None) -> None:
        """Sort by (N,) numbers, one per image as in ``set_images``: the highest first, NaN last; None: as they came."""
        self._keys = keys
        self.arrange(*self._filter)

    def arrange(self, text: str, kind: str) -> None:
        """Show the images whose name or class has every word of ``text``, and that are of a kind of ``FILTERS``."""
        self._filter = (text, kind)
        words = search_words(text)
        keep = _KINDS[kind]
        rows: Sequence[int] = range(len(self._records))
        if words or kind != "all":
            rows = [
                place
                for place, record in enumerate(self._records)
                if keep(record, self) and (not words or _has(record, words))
            ]
        order = np.array(rows, dtype=np.intp)
        if self._keys is not None and len(self._keys) == len(self._records):
            order = order[np.argsort(-self._keys[order], kind="stable")]
        self.beginResetModel()
        self._set_rows(self._records, order)
        self.endResetModel()

    def state_of(self, record: ImageRecord) -> ReviewState:
        """Return the review state of an image."""
        review = self.reviews.get(record.id)
        return ReviewState.UNREVIEWED if review is None else review.state

    def shown_records(self) -> list[ImageRecord]:
        """Return the images that the filter leaves, in their order."""
        return [self._records[place] for place in self._rows.tolist()]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return review and verdict, and what every image list has."""
        if role in (REVIEW_ROLE, VERDICT_ROLE) and index.isValid() and index.row() < self.rowCount():
            record = self.record_at(index.row())
            return self.state_of(record).value if role == REVIEW_ROLE else self.verdicts.get(record.id)
        return super().data(index, role)

    def tool_tip(self, row: int) -> str:
        """Return path, class and review."""
        return f"{super().tool_tip(row)}\n{self._review_text(self.record_at(row))}"

    def accessible_text(self, row: int) -> str:
        """Return path, class and review."""
        return self.tool_tip(row)

    def _review_text(self, record: ImageRecord) -> str:
        review = self.reviews.get(record.id)
        if review is None:
            return "Not reviewed"
        note = f": {review.note}" if review.note else ""
        return f"{review.state.value.capitalize()} by {review.annotator}, {time_text(review.at)}{note}"


def _has(record: ImageRecord, words: list[str]) -> bool:
    return has_words(f"{record.name}\n{record.class_name or ''}", words)


_KINDS: Mapping[str, Callable[[ImageRecord, QueueModel], bool]] = {
    "all": lambda record, model: True,  # noqa: ARG005
    "unseen": lambda record, model: record.id not in model.reviews,
    "checked": lambda record, model: model.state_of(record) is ReviewState.CHECKED,
    "flagged": lambda record, model: model.state_of(record) is ReviewState.FLAGGED,
    "unlabelled": lambda record, model: record.class_name is None,  # noqa: ARG005
    "unjudged": lambda record, model: record.id not in model.verdicts,
}
