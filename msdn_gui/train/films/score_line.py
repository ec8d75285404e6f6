"""A small line of a score over a film, with the frame that is shown; a click shows another frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from msdn_gui.look.theme import theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEIGHT = 30
_MARGIN = 4.0


class ScoreLine(QWidget):
    """``colour`` is the theme's name of the sub-net's colour."""

    frame_requested = Signal(int)
    """The frame under the mouse, pressed or dragged to."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour = colour
        self._scores = np.zeros(0, np.float32)
        self._frame = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._points: list[QPointF] = []
        self._faint, self._full = QPixmap(), QPixmap()
        theme().changed.connect(self._invalidate)

    @property
    def frames(self) -> int:
        """The number of frames."""
        return len(self._scores)

    def show_scores(self, scores: NDArray[np.float32]) -> None:
        """Show (F,) scores, one per frame."""
        self._scores = scores
        if len(scores):
            words = f"Score over the film, from {scores.min():.3g} to {scores.max():.3g}; click to show a frame"
            self.setToolTip(words.replace("-", "−"))
            self.setAccessibleDescription(words)
        self._invalidate()

    def show_frame(self, frame: int) -> None:
        """Mark a frame."""
        self._frame = frame
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if not len(self._scores):
            return
        if self._faint.isNull() or self._faint.size() != self.size() * self.devicePixelRatioF():
            self._draw()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = self._points[min(self._frame, len(self._points) - 1)]
        # What is still to come stands fainter than what has been.
        painter.drawPixmap(0, 0, self._faint)
        painter.setClipRect(QRectF(0, 0, at.x(), self.height()))
        painter.drawPixmap(0, 0, self._full)
        painter.setClipping(False)
        painter.setPen(QPen(theme().colours.q("panel"), 1.2))
        painter.setBrush(theme().colours.q(self._colour))
        painter.drawEllipse(at, 3.6, 3.6)

    def _draw(self) -> None:
        """The whole line, faint and full: drawn once, since only the moment is another one in each frame."""
        colours = theme().colours
        low, high = min(0.0, float(self._scores.min())), max(0.0, float(self._scores.max()))
        x = np.linspace(_MARGIN, self.width() - _MARGIN, max(2, len(self._scores)))[: len(self._scores)]
        span = high - low or 1.0
        room = self.height() - 2 * _MARGIN
        y = _MARGIN + room * (high - self._scores) / span
        zero = _MARGIN + room * high / span
        self._points = [QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]
        ratio = self.devicePixelRatioF()
        made: list[QPixmap] = []
        for alpha, width in ((90, 1.4), (255, 1.8)):
            pixmap = QPixmap(self.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not made:
                painter.setPen(QPen(colours.q("line"), 1))
                painter.drawLine(QPointF(_MARGIN, zero), QPointF(self.width() - _MARGIN, zero))
            shade = colours.q(self._colour)
            shade.setAlpha(alpha)
            painter.setPen(QPen(shade, width))
            painter.drawPolyline(QPolygonF(self._points))
            painter.end()
            made.append(pixmap)
        self._faint, self._full = made

    def _invalidate(self) -> None:
        self._faint = QPixmap()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._ask(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._ask(event.position().x())

    def _ask(self, x: float) -> None:
        if len(self._scores):
            share = (x - _MARGIN) / max(1.0, self.width() - 2 * _MARGIN)
            self.frame_requested.emit(int(np.clip(round(share * (len(self._scores) - 1)), 0, len(self._scores) - 1)))
