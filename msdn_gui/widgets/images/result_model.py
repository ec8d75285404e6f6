"""Images in an order that a search found, each with a caption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt

from msdn_core.domain.display_names import class_text
from msdn_gui.widgets.images.image_model import ImageListModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.project import ImageRecord
    from msdn_gui.services.thumbnails import Thumbnails
    from msdn_gui.widgets.index import Index

RESULT_ROLE = Qt.ItemDataRole.UserRole + 2
"""The row's ``ImageResult``."""


@dataclass(frozen=True, slots=True)
class ImageResult:
    """An image that was found, and what is shown with it."""

    record: ImageRecord
    caption: str
    """A word or a number below it."""
    description: str
    """The same for a tooltip and a screen reader."""
    is_ticked: bool = False


class ResultModel(ImageListModel):
    """A few images in any order."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__(thumbnails)
        self.results: Sequence[ImageResult] = ()

    def set_results(self, results: Sequence[ImageResult]) -> None:
        """Show these; as many as before are other contents of the same rows, and the view stays where it is."""
        records = [result.record for result in results]
        is_other_size = len(results) != len(self.results)
        if is_other_size:
            self.beginResetModel()
        self.results = results
        self._requested.clear()
        self._set_rows(records, np.arange(len(records)))
        if is_other_size:
            self.endResetModel()
        elif results:
            self.dataChanged.emit(self.index(0), self.index(len(results) - 1))

    def row_of_id(self, image_id: int) -> int:
        """Return the row of the image with an id, −1 if it is not shown."""
        return next((row for row, one in enumerate(self.results) if one.record.id == image_id), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a result, and what every image list has."""
        if role == RESULT_ROLE and index.isValid() and index.row() < len(self.results):
            return self.results[index.row()]
        return super().data(index, role)

    def tool_tip(self, row: int) -> str:
        """Return the tooltip of a row: path, class, rank and description."""
        return f"{super().tool_tip(row)}\nRank {row + 1}, {self.results[row].description}"

    def accessible_text(self, row: int) -> str:
        """Return what a screen reader reads for a row."""
        record = self.record_at(row)
        name = class_text(record.class_name) if record.class_name else "No class"
        return f"{row + 1}: {super().accessible_text(row)}, {name}, {self.results[row].description}"
