"""Classes in a plot: a mark where each class semantic vector lies, and its name where there is room for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from msdn_gui.evaluate.embedding.placed_item import PlacedItem
from msdn_gui.look.theme import small_font, theme

REACH = 6.0
"""Logical pixels from a mark's middle to its rim."""
_MOST_NAMES = 60


class ClassMarks(PlacedItem):
    """Outlined circles for seen and diamonds for unseen classes; a name lies over no other name and no other mark."""

    def __init__(self) -> None:
        super().__init__(2 * REACH)
        self._seen: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._colours: NDArray[np.uint8] = np.zeros((0, 3), np.uint8)
        self._names: tuple[str, ...] = ()
        self._widths: list[float] = []
        self._chosen = -1

    def set_classes(self, names: tuple[str, ...], seen: NDArray[np.bool_]) -> None:
        """M classes; their places follow."""
        metrics = QFontMetricsF(small_font(bold=True))
        self._names, self._seen = names, seen
        self._widths = [metrics.horizontalAdvance(name) for name in names]

    def set_colours(self, colours: NDArray[np.uint8]) -> None:
        """(M, 3) red, green and blue."""
        self._colours = colours
        self.update()

    def choose(self, row: int) -> None:
        """Lets one class stand out, −1 for none; its name is always there."""
        self._chosen = row
        self.update()

    # pyqtgraph's interface

    def boundingRect(self) -> QRectF:
        # Names reach to wherever there is room: all that is in sight is painted on.
        view = self.getViewBox()
        return self._bounds.united(QRectF(view.viewRect())) if view is not None else self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002
        view = self.getViewBox()
        if view is None or not len(self._places) or len(self._colours) != len(self._places):
            return
        transform = painter.worldTransform()
        room = transform.mapRect(QRectF(view.viewRect()))
        x = self._places[:, 0] * transform.m11() + transform.dx()
        y = self._places[:, 1] * transform.m22() + transform.dy()
        inside = (x >= room.left()) & (x <= room.right()) & (y >= room.top()) & (y <= room.bottom())
        rows = np.flatnonzero(inside).tolist()
        if self._chosen in rows:
            # Named first, and drawn last, over the others.
            rows.remove(self._chosen)
            rows.insert(0, self._chosen)
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Marks over names: the chosen class is named also where there is no room.
        self._draw_names(painter, rows, x, y, room)
        ink = theme().colours.q("text")
        plain, bold = QPen(ink, 1.4), QPen(ink, 2.6)
        for row in reversed(rows):
            painter.setPen(bold if row == self._chosen else plain)
            self._draw_mark(painter, row, QPointF(x[row], y[row]))
        painter.restore()

    def _draw_mark(self, painter: QPainter, row: int, middle: QPointF) -> None:
        painter.setBrush(QColor(*self._colours[row].tolist()))
        reach = REACH + (2 if row == self._chosen else 0)
        if self._seen[row]:
            painter.drawEllipse(middle, reach - 1, reach - 1)
        else:
            corners = ((0, -reach), (reach, 0), (0, reach), (-reach, 0))
            painter.drawPolygon(QPolygonF([middle + QPointF(*corner) for corner in corners]))

    def _draw_names(
        self,
        painter: QPainter,
        rows: list[int],
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        room: QRectF,
    ) -> None:
        ground = QColor(theme().colours.q("panel"))
        ground.setAlpha(190)
        painter.setPen(theme().colours.q("text"))
        plain, bold = small_font(), small_font(bold=True)
        height = QFontMetricsF(bold).height()
        widths = np.array(self._widths)[rows] + 4
        sides = (REACH + 3 + widths / 2, -REACH - 3 - widths / 2)
        # For all names at once, as it is done in every frame: where a name would cover a mark.
        near = np.abs(y[rows][:, None] - y[rows]) < height / 2 + 3
        covers = [
            ((np.abs(x[rows] - (x[rows] + side)[:, None]) < widths[:, None] / 2 + 3) & near).any(axis=1).tolist()
            for side in sides
        ]
        placed: list[QRectF] = []
        for number, row in enumerate(rows):
            if len(placed) >= _MOST_NAMES:
                break
            for side, covered in zip(sides, covers, strict=True):
                left = x[row] + side[number] - widths[number] / 2
                place = QRectF(left, y[row] - height / 2, widths[number], height)
                free = not covered[number] and room.contains(place)
                if free and not any(place.intersects(other) for other in placed):
                    break
            else:
                if row != self._chosen:
                    continue
            placed.append(place)
            painter.fillRect(place, ground)
            painter.setFont(bold if row == self._chosen else plain)
            painter.drawText(place.adjusted(2, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._names[row])
