"""Classes in a plot: a mark at each class semantic vector, and its name where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from msdn_gui.evaluate.embedding.placed_item import PlacedItem
from msdn_gui.look.theme import small_font, theme

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

REACH = 6.0
"""Logical pixels from the centre of a mark to its edge."""
_MOST_NAMES = 60


class ClassMarks(PlacedItem):
    """Circles for seen and diamonds for unseen classes; a name covers no other name and no mark of another class."""

    def __init__(self) -> None:
        super().__init__(2 * REACH)
        self._seen: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._colours: NDArray[np.uint8] = np.zeros((0, 3), np.uint8)
        self._names: tuple[str, ...] = ()
        self._widths: list[float] = []
        self._selected = -1

    def set_classes(self, names: tuple[str, ...], seen: NDArray[np.bool_]) -> None:
        """Set the names of M classes and which are seen; their points follow."""
        metrics = QFontMetricsF(small_font(bold=True))
        self._names, self._seen = names, seen
        self._widths = [metrics.horizontalAdvance(name) for name in names]

    def set_colours(self, colours: NDArray[np.uint8]) -> None:
        """Set the (M, 3) colours: red, green and blue."""
        self._colours = colours
        self.update()

    def select(self, row: int) -> None:
        """Emphasise one class, −1 for none; its name is always shown."""
        self._selected = row
        self.update()

    # pyqtgraph's interface

    def boundingRect(self) -> QRectF:
        # Names are placed anywhere in the visible part of the plot.
        view = self.getViewBox()
        return self._bounds.united(QRectF(view.viewRect())) if view is not None else self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002
        view = self.getViewBox()
        if view is None or not len(self._points) or len(self._colours) != len(self._points):
            return
        transform = painter.worldTransform()
        area = transform.mapRect(QRectF(view.viewRect()))
        x = self._points[:, 0] * transform.m11() + transform.dx()
        y = self._points[:, 1] * transform.m22() + transform.dy()
        inside = (x >= area.left()) & (x <= area.right()) & (y >= area.top()) & (y <= area.bottom())
        rows = np.flatnonzero(inside).tolist()
        if self._selected in rows:
            # Its name is placed first, and its mark is drawn last, over the others.
            rows.remove(self._selected)
            rows.insert(0, self._selected)
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Marks over names, because the selected class is named even without room.
        self._draw_names(painter, rows, x, y, area)
        colour = theme().colours.q("text")
        plain, bold = QPen(colour, 1.4), QPen(colour, 2.6)
        for row in reversed(rows):
            painter.setPen(bold if row == self._selected else plain)
            self._draw_mark(painter, row, QPointF(x[row], y[row]))
        painter.restore()

    def _draw_mark(self, painter: QPainter, row: int, centre: QPointF) -> None:
        painter.setBrush(QColor(*self._colours[row].tolist()))
        radius = REACH + (2 if row == self._selected else 0)
        if self._seen[row]:
            painter.drawEllipse(centre, radius - 1, radius - 1)
        else:
            corners = ((0, -radius), (radius, 0), (0, radius), (-radius, 0))
            painter.drawPolygon(QPolygonF([centre + QPointF(*corner) for corner in corners]))

    def _draw_names(
        self,
        painter: QPainter,
        rows: list[int],
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        area: QRectF,
    ) -> None:
        background = QColor(theme().colours.q("panel"))
        background.setAlpha(190)
        painter.setPen(theme().colours.q("text"))
        plain, bold = small_font(), small_font(bold=True)
        height = QFontMetricsF(bold).height()
        widths = np.array(self._widths)[rows] + 4
        sides = (REACH + 3 + widths / 2, -REACH - 3 - widths / 2)
        # Computed for all names at once, because it is done in every frame: does a name cover a mark?
        near = np.abs(y[rows][:, None] - y[rows]) < height / 2 + 3
        covered: list[NDArray[np.bool_]] = [
            np.any((np.abs(x[rows] - (x[rows] + side)[:, None]) < widths[:, None] / 2 + 3) & near, axis=1)
            for side in sides
        ]
        placed: list[QRectF] = []
        for number, row in enumerate(rows):
            if len(placed) >= _MOST_NAMES:
                break
            for side, is_covered in zip(sides, covered, strict=True):
                left = x[row] + side[number] - widths[number] / 2
                place = QRectF(left, y[row] - height / 2, widths[number], height)
                free = not is_covered[number] and area.contains(place)
                if free and not any(place.intersects(other) for other in placed):
                    break
            else:
                if row != self._selected:
                    continue
            placed.append(place)
            painter.fillRect(place, background)
            painter.setFont(bold if row == self._selected else plain)
            painter.drawText(place.adjusted(2, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._names[row])
