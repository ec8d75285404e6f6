"""Which regions of the image are selected: from a place in the image to the attributes it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QRectF, Signal

from msdn_core.domain.annotation import Box
from msdn_core.domain.attention import region_at

if TYPE_CHECKING:
    from msdn_core.domain.attributes import BoolArray
    from msdn_core.domain.explanation import Explanation


class RegionSelection(QObject):
    """An (H, W) mask over the regions of one explanation; another explanation starts without a selection."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._explanation: Explanation | None = None
        self.mask: BoolArray = np.zeros((0, 0), dtype=bool)

    @property
    def count(self) -> int:
        """The number of selected regions."""
        return int(self.mask.sum())

    def set_explanation(self, explanation: Explanation | None) -> None:
        """Use another explanation, in which nothing is selected."""
        self._explanation = explanation
        shape = (0, 0) if explanation is None else explanation.attention_av.shape[1:]
        was_empty = not self.count
        self.mask = np.zeros(shape, dtype=bool)
        if not was_empty:
            self.changed.emit()

    def click(self, point: tuple[float, float], adds: bool) -> None:
        """Select the region at an image point; clear it if it is selected, or if the network did not view the point."""
        region = self._region_at(point)
        mask = self.mask.copy() if adds else np.zeros_like(self.mask)
        if region is not None:
            is_only_one = self.count == 1 and self.mask[region]
            mask[region] = not self.mask[region] if adds else not is_only_one
        self._set_mask(mask)

    def sweep(self, rectangle: QRectF, adds: bool) -> None:
        """Select all regions that an image rectangle touches."""
        mask = self.mask.copy() if adds else np.zeros_like(self.mask)
        for row, column in np.ndindex(self.mask.shape):
            if self._rectangle(row, column).intersects(rectangle):
                mask[row, column] = True
        self._set_mask(mask)

    def clear(self) -> None:
        """Select no region."""
        self._set_mask(np.zeros_like(self.mask))

    def rectangles(self) -> list[QRectF]:
        """Return the selected regions in the image's pixels."""
        return [self._rectangle(int(row), int(column)) for row, column in np.argwhere(self.mask)]

    def _set_mask(self, mask: BoolArray) -> None:
        if not np.array_equal(mask, self.mask):
            self.mask = mask
            self.changed.emit()

    def _region_at(self, point: tuple[float, float]) -> tuple[int, int] | None:
        if self._explanation is None:
            return None
        return region_at(*point, self._explanation.viewed, self._explanation.attention_av.shape[1:])

    def _rectangle(self, row: int, column: int) -> QRectF:
        viewed = self._explanation.viewed if self._explanation is not None else Box(0, 0, 0, 0)
        height, width = viewed.height / self.mask.shape[0], viewed.width / self.mask.shape[1]
        return QRectF(viewed.x + column * width, viewed.y + row * height, width, height)
