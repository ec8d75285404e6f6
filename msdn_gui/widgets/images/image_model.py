"""Images as a list model: any number of them, in any order, with thumbnails that arrive by themselves."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt, Signal

from msdn_core.domain.display_names import class_text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.project import ImageRecord
    from msdn_gui.services.thumbnails import Thumbnails
    from msdn_gui.widgets.index import Index

RECORD_ROLE = Qt.ItemDataRole.UserRole + 1
"""The ``ImageRecord``."""


class ImageListModel(QAbstractListModel):
    """One row per image that is shown.

    ``DecorationRole`` is a QImage: None while it is being made, null if the file cannot be opened.
    """

    refreshed = Signal()
    """All cells may have changed. A view repaints what it shows; with ``dataChanged`` it would visit every cell."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._records: Sequence[ImageRecord] = []
        self._rows: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._row_of_place: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        # The places of images whose thumbnails a view has requested: few, while the list may be long.
        self._requested: dict[Path, int] = {}
        thumbnails.ready.connect(self._on_thumbnail_ready)

    @property
    def total(self) -> int:
        """The number of images, shown or not."""
        return len(self._records)

    def show_images(self, records: Sequence[ImageRecord], rows: NDArray[np.intp]) -> None:
        """Show the images at these places of ``records``, which are in the order of their ids."""
        if records is self._records and np.array_equal(rows, self._rows):
            return
        self.beginResetModel()
        if records is not self._records:
            self._requested.clear()
        self._set_rows(records, rows)
        self.endResetModel()

    def record_at(self, row: int) -> ImageRecord:
        """Return the image in a row."""
        return self._records[int(self._rows[row])]

    def row_of(self, record: ImageRecord | None) -> int:
        """Return the row of an image, −1 if it is not shown."""
        return -1 if record is None else self.row_of_id(record.id)

    def row_of_id(self, image_id: int) -> int:
        """Return the row of the image with an id, −1 if it is not shown."""
        place = bisect_left(self._records, image_id, key=lambda one: one.id)
        found = place < len(self._records) and self._records[place].id == image_id
        return int(self._row_of_place[place]) if found else -1

    def redraw(self, ids: Collection[int]) -> None:
        """Repaint the cells of these images."""
        for image_id in ids:
            row = self.row_of_id(image_id)
            if row >= 0:
                self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of images shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return an image's thumbnail, record and texts."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        place = int(self._rows[index.row()])
        record = self._records[place]
        if role == Qt.ItemDataRole.DecorationRole:
            self._requested[record.path] = place
            return self._thumbnails.get(record.path)
        if role == RECORD_ROLE:
            return record
        if role == Qt.ItemDataRole.DisplayRole:
            return record.name.rsplit("/", 1)[-1]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tool_tip(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.accessible_text(index.row())
        return None

    def tool_tip(self, row: int) -> str:
        """Return the tooltip of a row: path and class."""
        record = self.record_at(row)
        return f"{record.name}\n{class_text(record.class_name) if record.class_name else 'No class'}"

    def accessible_text(self, row: int) -> str:
        """Return what a screen reader reads for a row."""
        return self.record_at(row).name.rsplit("/", 1)[-1]

    def _set_rows(self, records: Sequence[ImageRecord], rows: NDArray[np.intp]) -> None:
        self._records, self._rows = records, rows
        self._row_of_place = np.full(len(records), -1, dtype=np.intp)
        self._row_of_place[rows] = np.arange(len(rows))

    def _on_thumbnail_ready(self, path: Path) -> None:
        place = self._requested.get(path, -1)
        row = int(self._row_of_place[place]) if 0 <= place < len(self._row_of_place) else -1
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])
