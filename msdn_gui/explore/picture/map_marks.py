"""What is drawn over an image and its map: boxes and parts, selected regions, and the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath

from msdn_gui.explore.picture.ink import Outline, rectangle_path, stack
from msdn_gui.explore.picture.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyqtgraph as pg

_RING, _DOT = 7.0, 1.5
"""Screen pixels."""


class MapMarks:
    """Rings and dots have a constant size on the screen."""

    def __init__(self, box: pg.ViewBox, lowest: float) -> None:
        self._boxes = Outline(1.4, style=Qt.PenStyle.DashLine)
        self._regions, self._dots, self._rings = Outline(), Outline(1.0, filled=True), Outline(2.0)
        self._aim = Outline(1.0)
        marks = (self._boxes, self._regions, self._dots, self._rings, self._aim)
        stack(box, [item for mark in marks for item in mark.items], lowest)
        self.truth = Truth()
        """What is drawn of the image's boxes and parts."""
        self.aim: tuple[float, float] | None = None
        """The image point under the pointer in another picture."""

    @property
    def region_outline(self) -> QRectF:
        """The bounding rectangle of the selected regions."""
        return self._regions.bounds

    def outline_regions(self, rectangles: Sequence[QRectF]) -> None:
        """Outline selected regions, given in image pixels."""
        outline = QPainterPath()
        for rectangle in rectangles:
            outline = outline.united(rectangle_path(rectangle))
        self._regions.draw(outline)

    def show_truth(self, truth: Truth) -> None:
        """Draw boxes, dots at parts, and rings at those of the selected attribute."""
        self.truth = truth
        outline = QPainterPath()
        for box in truth.boxes:
            outline.addRect(QRectF(box.x, box.y, box.width, box.height))
        self._boxes.draw(outline)

    def draw(self, pixel: float) -> None:
        """Draw rings, dots and pointer; ``pixel`` is the size of a screen pixel in the image."""
        dots, rings, aim = QPainterPath(), QPainterPath(), QPainterPath()
        for part in (*self.truth.parts, *self.truth.drawn):
            dots.addEllipse(QPointF(part.x, part.y), _DOT * pixel, _DOT * pixel)
        for x, y in self.truth.attribute_points:
            rings.addEllipse(QPointF(x, y), _RING * pixel, _RING * pixel)
        if self.aim is not None:
            x, y = self.aim
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                aim.moveTo(x + 5 * dx * pixel, y + 5 * dy * pixel)
                aim.lineTo(x + 14 * dx * pixel, y + 14 * dy * pixel)
        self._dots.draw(dots)
        self._rings.draw(rings)
        self._aim.draw(aim)
