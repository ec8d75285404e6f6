"""The marks of seen and unseen classes, as a drawing and as a widget."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from msdn_gui.look.theme import theme

MARK_SIDE = 14
"""The side of a mark's picture in pixels."""


class Mark(QWidget):
    """A filled circle for ``seen``, a diamond for ``unseen``."""

    def __init__(self, mark: str = "seen") -> None:
        super().__init__()
        self._mark = mark
        theme().changed.connect(self.update)

    @property
    def mark(self) -> str:
        """``seen`` or ``unseen``."""
        return self._mark

    def set_mark(self, mark: str) -> None:
        """Show another mark."""
        self._mark = mark
        self.setToolTip("Seen: has training images" if mark == "seen" else "Unseen: has no training images")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(13, 14)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_mark(painter, QPointF(self.width() / 2, self.height() / 2 + 0.5), self._mark)


def mark_pixmap(mark: str, ratio: float = 2.0) -> QPixmap:
    """Return a mark as a picture of ``MARK_SIDE`` pixels."""
    pixmap = QPixmap(round(MARK_SIDE * ratio), round(MARK_SIDE * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_mark(painter, QPointF(MARK_SIDE / 2, MARK_SIDE / 2), mark)
    painter.end()
    return pixmap


def draw_mark(painter: QPainter, centre: QPointF, mark: str) -> None:
    """Draw the mark of a ``seen`` (filled circle) or ``unseen`` (diamond) class."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().colours.q(mark))
    if mark == "seen":
        painter.drawEllipse(centre, 4.2, 4.2)
    else:
        corners = ((0, -5.4), (5.4, 0), (0, 5.4), (-5.4, 0))
        painter.drawPolygon(QPolygonF([centre + QPointF(x, y) for x, y in corners]))
