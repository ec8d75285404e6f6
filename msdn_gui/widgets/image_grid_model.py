"""Images in an order that somebody found; the rows stay and what stands in them moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from msdn_core.project import ImageRecord

if TYPE_CHECKING:
    from msdn_gui.services.thumbnails import Thumbnails

FOUND_ROLE = Qt.ItemDataRole.UserRole + 1
"""The row's ``FoundImage``."""
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class FoundImage:
    """An image and what is said of it."""

    record: ImageRecord
    caption: str
    """A word or a number below it."""
    words: str
    """The same for a tooltip and a screen reader."""
    is_ticked: bool = False


class ImageGridModel(QAbstractListModel):
    """``DecorationRole`` is a QImage, None while it is made, and a null image where the file cannot be opened."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self.found: Sequence[FoundImage] = ()
        thumbnails.ready.connect(self._thumbnail_ready)

    def set_found(self, found: Sequence[FoundImage]) -> None:
        """Shows these; as many as before are other contents of the same rows."""
        if len(found) != len(self.found):
            self.beginResetModel()
            self.found = found
            self.endResetModel()
            return
        self.found = found
        if found:
            self.dataChanged.emit(self.index(0), self.index(len(found) - 1))

    def row_of(self, record: ImageRecord | None) -> int:
        """The row of an image, −1 where it is not among them."""
        number = record.id if record is not None else -1
        return next((row for row, one in enumerate(self.found) if one.record.id == number), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.found):
            return None
        found = self.found[index.row()]
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnails.get(found.record.path)
        if role == FOUND_ROLE:
            return found
        name = found.record.name.rsplit("/", 1)[-1]
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        belongs = found.record.class_name or "No class yet"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{found.record.name}\n{belongs}\nPlace {index.row() + 1}, {found.words}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{index.row() + 1}: {name}, {belongs}, {found.words}"
        return None

    def _thumbnail_ready(self, path: Path) -> None:
        row = next((row for row, one in enumerate(self.found) if one.record.path == path), -1)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])
