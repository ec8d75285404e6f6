"""The marks of an image as they are drawn over it, and which one is at a point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from msdn_core.domain.annotation import Box, Mark, PartPoint
from msdn_core.domain.display_names import group_text
from msdn_gui.annotate.picture.geometry import HANDLES
from msdn_gui.look.theme import small_font, theme

if TYPE_CHECKING:
    from collections.abc import Mapping

_REACH = 7.0
"""Distance in screen pixels within which something is hit."""


class MarksItem(QGraphicsItem):
    """Draws marks with lines that keep their width while the image is zoomed."""

    def __init__(self) -> None:
        super().__init__()
        self._place = QRectF()
        self.marks: Mapping[int, Mark] = {}
        self.selected: int | None = None
        self.changed_place: Box | None = None
        """The box of the selected or new mark while it is being drawn, moved or resized."""
        self.given_box: Box | None = None
        self.given_points: tuple[PartPoint, ...] = ()
        self.setZValue(1)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_place(self, place: QRectF) -> None:
        """Set the image's rectangle."""
        self.prepareGeometryChange()
        self._place = place

    def place_of(self, number: int) -> Box:
        """Return the box of a mark, also while it is being moved."""
        if number == self.selected and self.changed_place is not None:
            return self.changed_place
        return self.marks[number].place

    def handle_at(self, point: QPointF, pixel: float) -> tuple[float, float] | None:
        """Return the selected box's handle at a point; ``pixel`` is the size of a screen pixel in the image."""
        if self.selected is None or self.selected not in self.marks or self.marks[self.selected].is_point:
            return None
        box = self.place_of(self.selected)
        near = [
            (abs(box.x + fx * box.width - point.x()) + abs(box.y + fy * box.height - point.y()), (fx, fy))
            for fx, fy in HANDLES
            if abs(box.x + fx * box.width - point.x()) <= _REACH * pixel
            and abs(box.y + fy * box.height - point.y()) <= _REACH * pixel
        ]
        return min(near)[1] if near else None

    def mark_at(self, point: QPointF, pixel: float) -> int | None:
        """Return the number of the smallest mark at a point, None if there is none."""
        hit = []
        for number in self.marks:
            box = self.place_of(number)
            reach = _REACH * pixel
            if QRectF(box.x, box.y, box.width, box.height).adjusted(-reach, -reach, reach, reach).contains(point):
                hit.append((box.width * box.height, number))
        return min(hit)[1] if hit else None

    def boundingRect(self) -> QRectF:
        """Return the image's rectangle with a margin for lines and texts."""
        return self._place.adjusted(-40, -40, 40, 40)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002
        """Draw all marks."""
        pixel = 1 / max(option.levelOfDetailFromTransform(painter.worldTransform()), 1e-6)
        if self.given_box is not None:
            self._draw(painter, self.given_box, "", pixel, is_dashed=True)
        for part in self.given_points:
            if part.visible:
                self._draw(painter, Box(part.x, part.y, 0, 0), part.part, pixel, is_dashed=True)
        for number, mark in self.marks.items():
            self._draw(
                painter, self.place_of(number), group_text(mark.subject), pixel, is_selected=number == self.selected
            )
        if self.changed_place is not None and self.selected is None:
            self._draw(painter, self.changed_place, "", pixel, is_selected=True)

    def _draw(
        self,
        painter: QPainter,
        box: Box,
        text: str,
        pixel: float,
        *,
        is_selected: bool = False,
        is_dashed: bool = False,
    ) -> None:
        colour = theme().colours.q("accent") if is_selected else QColor("#ffffff")
        style = Qt.PenStyle.DotLine if is_dashed else Qt.PenStyle.SolidLine
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Drawn twice, wide and dark, then thin and light, to be visible on any image.
        for ink, width in ((QColor(0, 0, 0, 150), 4.0), (colour, 2.0 if not is_dashed else 1.4)):
            painter.setPen(QPen(ink, width * pixel, Qt.PenStyle.SolidLine if width == 4.0 else style))
            if box.width or box.height:
                painter.drawRect(QRectF(box.x, box.y, box.width, box.height))
            else:
                painter.drawEllipse(QPointF(box.x, box.y), 6 * pixel, 6 * pixel)
        if is_selected and (box.width or box.height):
            painter.setBrush(colour)
            painter.setPen(QPen(QColor(0, 0, 0, 150), pixel))
            for fx, fy in HANDLES:
                centre = QPointF(box.x + fx * box.width, box.y + fy * box.height)
                painter.drawRect(QRectF(centre.x() - 3.5 * pixel, centre.y() - 3.5 * pixel, 7 * pixel, 7 * pixel))
        if text:
            self._write(painter, box, text, pixel)

    @staticmethod
    def _write(painter: QPainter, box: Box, text: str, pixel: float) -> None:
        painter.save()
        painter.translate(box.x + box.width if not box.width else box.x, box.y)
        painter.scale(pixel, pixel)
        painter.setFont(small_font())
        metrics = painter.fontMetrics()
        at = QPointF(2, -5) if box.width else QPointF(10, 4)
        ground = QRectF(
            at.x() - 3, at.y() - metrics.ascent() - 1, metrics.horizontalAdvance(text) + 6, metrics.height()
        )
        painter.fillRect(ground, QColor(0, 0, 0, 150))
        painter.setPen(QColor("#ffffff"))
        painter.drawText(at, text)
        painter.restore()
