"""What is drawn over an image and its map: the known truth, chosen regions, and where the mouse is."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath

from msdn_gui.explore.picture.ink import Outline, rectangle_path, stack
from msdn_gui.explore.picture.truth import Truth

_RING, _DOT = 7.0, 1.5
"""Pixels of the screen."""


class MapMarks:
    """Rings and dots keep their size on the screen; ``draw`` is told what a pixel of it measures in the image."""

    def __init__(self, box: pg.ViewBox, lowest: float) -> None:
        self._boxes = Outline(1.4, style=Qt.PenStyle.DashLine)
        self._regions, self._dots, self._rings = Outline(), Outline(1.0, filled=True), Outline(2.0)
        self._aim = Outline(1.0)
        marks = (self._boxes, self._regions, self._dots, self._rings, self._aim)
        stack(box, [item for mark in marks for item in mark.items], lowest)
        self.truth = Truth()
        """What is known and drawn."""
        self.aim: tuple[float, float] | None = None
        """The image point that the mouse points at in another picture."""

    @property
    def region_outline(self) -> QRectF:
        """What the outline of the chosen regions spans."""
        return self._regions.bounds

    def outline_regions(self, rectangles: Sequence[QRectF]) -> None:
        """An outline around chosen regions, in the image's pixels."""
        outline = QPainterPath()
        for rectangle in rectangles:
            outline = outline.united(rectangle_path(rectangle))
        self._regions.draw(outline)

    def show_truth(self, truth: Truth) -> None:
        """Draw boxes, dots at parts, and rings at those of the chosen attribute."""
        self.truth = truth
        outline = QPainterPath()
        for box in truth.boxes:
            outline.addRect(QRectF(box.x, box.y, box.width, box.height))
        self._boxes.draw(outline)

    def draw(self, pixel: float) -> None:
        """Draw what keeps its size on the screen."""
        dots, rings, aim = QPainterPath(), QPainterPath(), QPainterPath()
        for part in (*self.truth.parts, *self.truth.drawn):
            dots.addEllipse(QPointF(part.x, part.y), _DOT * pixel, _DOT * pixel)
        for x, y in self.truth.places:
            rings.addEllipse(QPointF(x, y), _RING * pixel, _RING * pixel)
        if self.aim is not None:
            x, y = self.aim
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                aim.moveTo(x + 5 * dx * pixel, y + 5 * dy * pixel)
                aim.lineTo(x + 14 * dx * pixel, y + 14 * dy * pixel)
        self._dots.draw(dots)
        self._rings.draw(rings)
        self._aim.draw(aim)
