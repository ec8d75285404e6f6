"""The scores of all classes on one line, with the selected class marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from msdn_gui.look.theme import theme
from msdn_gui.widgets.mark import draw_mark

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ScoreStrip(QWidget):
    """One tick per class, from the lowest score to the highest; the selected class has its sign."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._scores: NDArray[np.floating] = np.zeros(0)
        self._row = -1
        self._mark = "seen"
        theme().changed.connect(self.update)

    def show_scores(self, scores: NDArray[np.floating], row: int, mark: str) -> None:
        """Show (M,) scores with the sign ``mark``, ``seen`` or ``unseen``, at one row."""
        self._scores, self._row, self._mark = scores, row, mark
        self.setToolTip(f"Scores of all {len(scores):,} classes, from {scores.min():.3f} to {scores.max():.3f}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of a tick with its sign."""
        return QSize(120, 22)

    def minimumSizeHint(self) -> QSize:
        """Return the preferred size."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ticks."""
        if self._row < 0 or not len(self._scores):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        low, high = float(self._scores.min()), float(self._scores.max())
        room = self.width() - 14
        places = 7 + room * (self._scores - low) / (high - low) if high > low else np.full(len(self._scores), 7.0)
        middle, colours = self.height() / 2, theme().colours
        painter.fillRect(QRectF(7, middle - 0.5, room, 1), colours.q("line"))
        # Several ticks on one pixel look like one.
        for place in set(np.round(places).tolist()):
            painter.fillRect(QRectF(place - 0.5, middle - 4, 1, 8), colours.q("disabled"))
        draw_mark(painter, QPointF(float(places[self._row]), middle), self._mark)
        painter.end()
