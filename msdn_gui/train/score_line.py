"""A small line of a score over a film, with the moment that is shown; a click goes to another moment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from msdn_gui.theme import theme

_HEIGHT = 30
_MARGIN = 4.0


class ScoreLine(QWidget):
    """``colour`` is the theme's name of the sub-net's colour."""

    asked = Signal(int)
    """The frame under the mouse, pressed or dragged to."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour = colour
        self._scores = np.zeros(0, np.float32)
        self._frame = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme().changed.connect(self.update)

    @property
    def frames(self) -> int:
        """How many frames the line goes over."""
        return len(self._scores)

    def show_scores(self, scores: NDArray[np.float32]) -> None:
        """(F,) a score at each frame."""
        self._scores = scores
        if len(scores):
            words = f"The score over the film, from {scores.min():.3g} to {scores.max():.3g}; click to go to a moment"
            self.setToolTip(words.replace("-", "−"))
            self.setAccessibleDescription(words)
        self.update()

    def show_frame(self, frame: int) -> None:
        """Marks a moment."""
        self._frame = frame
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if not len(self._scores):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme().colours
        low, high = min(0.0, float(self._scores.min())), max(0.0, float(self._scores.max()))
        x = np.linspace(_MARGIN, self.width() - _MARGIN, max(2, len(self._scores)))[: len(self._scores)]
        span = high - low or 1.0
        room = self.height() - 2 * _MARGIN
        y = _MARGIN + room * (high - self._scores) / span
        zero = _MARGIN + room * high / span
        painter.setPen(QPen(colours.q("line"), 1))
        painter.drawLine(QPointF(_MARGIN, zero), QPointF(self.width() - _MARGIN, zero))
        shade = QColor(getattr(colours, self._colour))
        points = [QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]
        frame = min(self._frame, len(points) - 1)
        # What is still to come stands fainter than what has been.
        faint = QColor(shade)
        faint.setAlpha(90)
        painter.setPen(QPen(faint, 1.4))
        painter.drawPolyline(QPolygonF(points[frame:]))
        painter.setPen(QPen(shade, 1.8))
        painter.drawPolyline(QPolygonF(points[: frame + 1]))
        painter.setPen(QPen(colours.q("panel"), 1.2))
        painter.setBrush(shade)
        painter.drawEllipse(points[frame], 3.6, 3.6)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._ask(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._ask(event.position().x())

    def _ask(self, x: float) -> None:
        if len(self._scores):
            share = (x - _MARGIN) / max(1.0, self.width() - 2 * _MARGIN)
            self.asked.emit(int(np.clip(round(share * (len(self._scores) - 1)), 0, len(self._scores) - 1)))
