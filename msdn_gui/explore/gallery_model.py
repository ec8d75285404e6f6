"""The project's images as a list of thumbnails, any number of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from msdn_core.domain.annotation import Split
from msdn_core.project import ImageRecord
from msdn_gui.explore.image_filter import SPLIT_WORDS, ImageFilter

if TYPE_CHECKING:
    from msdn_gui.services.thumbnails import Thumbnails

RECORD_ROLE = Qt.ItemDataRole.UserRole + 1
"""The ``ImageRecord``."""
Index = QModelIndex | QPersistentModelIndex


class GalleryModel(QAbstractListModel):
    """One row an image that the search leaves; thumbnails arrive by themselves.

    ``DecorationRole`` is a QImage, None while it is made, and a null image where the file cannot be opened.
    """

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._records: Sequence[ImageRecord] = []
        self._filter = ImageFilter([])
        self._rows = np.zeros(0, dtype=np.int64)
        self._search: tuple[str, str | None, Split | None] = ("", None, None)
        # Where the images lie that a view has asked a thumbnail of: few, while the list may be long.
        self._asked: dict[Path, int] = {}
        self._places: dict[int, int] | None = None
        thumbnails.ready.connect(self._thumbnail_ready)

    @property
    def filter(self) -> ImageFilter:
        """What the images can be searched by."""
        return self._filter

    @property
    def total(self) -> int:
        """How many images there are, shown or not."""
        return len(self._records)

    def set_images(self, records: Sequence[ImageRecord]) -> None:
        """Show these images; the search stays."""
        self.beginResetModel()
        self._records = records
        self._filter = ImageFilter(records)
        self._asked.clear()
        self._places = None
        self._rows = self._filter.rows(*self._search)
        self.endResetModel()

    def search(self, text: str, class_name: str | None, split: Split | None) -> None:
        """Show the images that a search leaves."""
        if (text, class_name, split) == self._search:
            return
        self.beginResetModel()
        self._search = (text, class_name, split)
        self._rows = self._filter.rows(*self._search)
        self.endResetModel()

    def record_at(self, row: int) -> ImageRecord:
        """The image in a row."""
        return self._records[int(self._rows[row])]

    def row_of(self, record: ImageRecord | None) -> int:
        """The row of an image, −1 where the search has left it out."""
        if record is None:
            return -1
        if self._places is None:
            self._places = {one.id: place for place, one in enumerate(self._records)}
        return self._row_at(self._places.get(record.id, -1))

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

    def _row_at(self, place: int) -> int:
        row = int(np.searchsorted(self._rows, place))
        return row if place >= 0 and row < len(self._rows) and self._rows[row] == place else -1

    def _thumbnail_ready(self, path: Path) -> None:
        row = self._row_at(self._asked.get(path, -1))
        if row >= 0:
            index = self.index(row)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])
