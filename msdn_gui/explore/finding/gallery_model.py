"""The project's images as a list of thumbnails, any number of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from msdn_core.domain.annotation import Split
from msdn_core.project import ImageRecord

if TYPE_CHECKING:
    from msdn_gui.services.thumbnails import Thumbnails

RECORD_ROLE = Qt.ItemDataRole.UserRole + 1
"""The ``ImageRecord``."""
SPLIT_WORDS = {
    Split.TRAIN: "Training",
    Split.TEST_SEEN: "Test, seen classes",
    Split.TEST_UNSEEN: "Test, unseen classes",
    Split.NONE: "No split",
}
Index = QModelIndex | QPersistentModelIndex


class GalleryModel(QAbstractListModel):
    """One row an image that is shown, in any order; thumbnails arrive by themselves.

    ``DecorationRole`` is a QImage, None while it is made, and a null image where the file cannot be opened.
    """

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._records: Sequence[ImageRecord] = []
        self._rows: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._row_of_place: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        # Where the images lie that a view has asked a thumbnail of: few, while the list may be long.
        self._asked: dict[Path, int] = {}
        thumbnails.ready.connect(self._thumbnail_ready)

    @property
    def total(self) -> int:
        """How many images there are, shown or not."""
        return len(self._records)

    def show_images(self, records: Sequence[ImageRecord], rows: NDArray[np.intp]) -> None:
        """Show those of the images, which come in the order of their ids, whose places stand in ``rows``."""
        if records is self._records and np.array_equal(rows, self._rows):
            return
        self.beginResetModel()
        if records is not self._records:
            self._asked.clear()
        self._records, self._rows = records, rows
        self._row_of_place = np.full(len(records), -1, dtype=np.intp)
        self._row_of_place[rows] = np.arange(len(rows))
        self.endResetModel()

    def record_at(self, row: int) -> ImageRecord:
        """The image in a row."""
        return self._records[int(self._rows[row])]

    def row_of(self, record: ImageRecord | None) -> int:
        """The row of an image, −1 where it is not shown."""
        if record is None:
            return -1
        place = bisect_left(self._records, record.id, key=lambda one: one.id)
        is_here = place < len(self._records) and self._records[place].id == record.id
        return int(self._row_of_place[place]) if is_here else -1

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
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return record.name.rsplit("/", 1)[-1]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{record.name}\n{record.class_name or 'No class'}\n{SPLIT_WORDS[record.split]}"
        return None

    def _thumbnail_ready(self, path: Path) -> None:
        place = self._asked.get(path, -1)
        row = int(self._row_of_place[place]) if place >= 0 else -1
        if row >= 0:
            index = self.index(row)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])
