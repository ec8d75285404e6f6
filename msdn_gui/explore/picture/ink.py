"""Lines and outlines that are visible on any picture and keep their width while it is zoomed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyqtgraph as pg


def pen(colour: str, width: float, alpha: int = 255, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """Return a pen whose width is in screen pixels."""
    shade = QColor(colour)
    shade.setAlpha(alpha)
    made = QPen(shade, width, style)
    made.setCosmetic(True)
    made.setCapStyle(Qt.PenCapStyle.RoundCap)
    return made


def path_item(line: QPen, brush: QBrush | None = None, parent: QGraphicsItem | None = None) -> QGraphicsPathItem:
    """Return an item without a path yet, which lets the mouse through to what is below."""
    item = QGraphicsPathItem(parent)
    item.setPen(line)
    item.setBrush(brush or QBrush(Qt.BrushStyle.NoBrush))
    item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
    return item


def rectangle_path(rectangle: QRectF) -> QPainterPath:
    """Return the outline of a rectangle."""
    path = QPainterPath()
    path.addRect(rectangle)
    return path


class Outline:
    """One path drawn twice: wide and dark below, thin and light above."""

    def __init__(
        self,
        width: float = 1.8,
        *,
        style: Qt.PenStyle = Qt.PenStyle.SolidLine,
        filled: bool = False,
        parent: QGraphicsItem | None = None,
    ) -> None:
        brush = QBrush(QColor("#ffffff")) if filled else None
        self.items = (
            path_item(pen("#000000", width + 2.4, 150), parent=parent),
            path_item(pen("#ffffff", width, style=style), brush, parent=parent),
        )

    @property
    def bounds(self) -> QRectF:
        """The bounding rectangle of the path."""
        return self.items[0].path().boundingRect()

    def draw(self, path: QPainterPath) -> None:
        """Draw a path."""
        for item in self.items:
            item.setPath(path)

    def set_visible(self, visible: bool) -> None:
        """Show or hide the outline."""
        for item in self.items:
            item.setVisible(visible)


def stack(box: pg.ViewBox, items: Iterable[QGraphicsItem], lowest: float) -> None:
    """Add items to a view, each above the one before."""
    for height, item in enumerate(items):
        item.setZValue(lowest + height)
        box.addItem(item, ignoreBounds=True)
