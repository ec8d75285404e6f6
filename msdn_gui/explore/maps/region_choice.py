"""Which regions of the image are chosen: the way back, from a place to the attributes that it speaks for."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QRectF, Signal

from msdn_core.domain.annotation import Box
from msdn_core.domain.attention import region_at
from msdn_core.domain.attributes import BoolArray
from msdn_core.domain.explanation import Explanation


class RegionChoice(QObject):
    """An (H, W) mask over the regions of one explanation; another explanation starts without any."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._explanation: Explanation | None = None
        self.mask: BoolArray = np.zeros((0, 0), dtype=bool)

    @property
    def count(self) -> int:
        """How many regions are chosen."""
        return int(self.mask.sum())

    def follow(self, explanation: Explanation | None) -> None:
        """Turns to another explanation, in which nothing is chosen."""
        self._explanation = explanation
        shape = (0, 0) if explanation is None else explanation.attention_av.shape[1:]
        had = self.count
        self.mask = np.zeros(shape, dtype=bool)
        if had:
            self.changed.emit()

    def click(self, point: tuple[float, float], adds: bool) -> None:
        """Chooses the region at an image point; once more, or beside what is not viewed, lets go of it."""
        region = self._region_at(point)
        mask = self.mask.copy() if adds else np.zeros_like(self.mask)
        if region is not None:
            alone = self.count == 1 and self.mask[region]
            mask[region] = not self.mask[region] if adds else not alone
        self._put(mask)

    def sweep(self, rectangle: QRectF, adds: bool) -> None:
        """Chooses all regions that an image rectangle touches."""
        mask = self.mask.copy() if adds else np.zeros_like(self.mask)
        for region in np.argwhere(np.ones_like(self.mask)):
            place = (int(region[0]), int(region[1]))
            if self._rectangle(place).intersects(rectangle):
                mask[place] = True
        self._put(mask)

    def clear(self) -> None:
        """Lets go of all regions."""
        self._put(np.zeros_like(self.mask))

    def rectangles(self) -> list[QRectF]:
        """The chosen regions in the image's pixels."""
        return [self._rectangle((int(row), int(column))) for row, column in np.argwhere(self.mask)]

    def _put(self, mask: BoolArray) -> None:
        if not np.array_equal(mask, self.mask):
            self.mask = mask
            self.changed.emit()

    def _region_at(self, point: tuple[float, float]) -> tuple[int, int] | None:
        if self._explanation is None:
            return None
        return region_at(*point, self._explanation.viewed, self._explanation.attention_av.shape[1:])

    def _rectangle(self, region: tuple[int, int]) -> QRectF:
        viewed = self._explanation.viewed if self._explanation is not None else Box(0, 0, 0, 0)
        height, width = viewed.height / self.mask.shape[0], viewed.width / self.mask.shape[1]
        return QRectF(viewed.x + region[1] * width, viewed.y + region[0] * height, width, height)
