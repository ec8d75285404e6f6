"""Names of classes along a matrix, where its cells are so large that they fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from msdn_gui.look.theme import SEEN_SIGN, UNSEEN_SIGN, small_font, theme

_TITLE = 28
_NAMES = 144
_SHOWN_AT, _HIDDEN_AT = 18.0, 13.0
"""Pixels of a cell; two bounds, for the names take room that the cells had."""


class ClassAxis(pg.AxisItem):
    """The ``left`` or ``bottom`` side of a matrix whose cell i reaches from i to i + 1."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self._names: tuple[str, ...] = ()
        self._is_seen: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.shows_names = False
        """Whether the cells are large enough."""
        self._pixels = 0.0
        self.setStyle(showValues=False)
        self._take_room()

    def set_classes(self, names: tuple[str, ...], seen: NDArray[np.bool_]) -> None:
        """The classes in the order of the cells."""
        self._names, self._is_seen = names, seen
        self.update()

    def names_in_sight(self) -> tuple[str, ...]:
        """The names that stand there now."""
        return tuple(self._names[cell] for cell in self._in_sight()) if self.shows_names else ()

    def linkedViewChanged(self, view: pg.ViewBox, newRange: Any = None) -> None:
        super().linkedViewChanged(view, newRange)
        width, height = view.viewPixelSize()
        side = height if self.orientation == "left" else width
        self._pixels = 1 / side if side else 0.0
        shows = self._pixels >= (_HIDDEN_AT if self.shows_names else _SHOWN_AT)
        if shows != self.shows_names:
            self.shows_names = shows
            self._take_room()
        self.update()

    def paint(self, p: QPainter, opt: Any, widget: Any) -> None:
        super().paint(p, opt, widget)
        view = self.linkedView()
        if not self.shows_names or view is None:
            return
        p.setFont(small_font())
        metrics, colours = QFontMetricsF(small_font()), theme().colours
        half = metrics.height() / 2
        for cell, at in self._in_sight().items():
            sign, colour = (SEEN_SIGN, "seen") if self._is_seen[cell] else (UNSEEN_SIGN, "unseen")
            name = metrics.elidedText(self._names[cell], Qt.TextElideMode.ElideRight, _NAMES - 22)
            middle = self.mapFromItem(view, view.mapFromView(QPointF(at, at)))
            p.save()
            if self.orientation == "left":
                p.translate(self.size().width() - 4, middle.y())
            else:
                p.translate(middle.x(), 4)
                p.rotate(-90)
            # Right up to the matrix: a class's mark, and before it the name.
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            p.setPen(colours.q(colour))
            p.drawText(QRectF(-14, -half, 14, 2 * half), align, sign)
            p.setPen(colours.q("text"))
            p.drawText(QRectF(-_NAMES, -half, _NAMES - 17, 2 * half), align, name)
            p.restore()

    def _in_sight(self) -> dict[int, float]:
        """The cells with room for a name, and the middle of what is to be seen of each."""
        view = self.linkedView()
        if view is None:
            return {}
        low, high = view.viewRange()[1 if self.orientation == "left" else 0]
        found = {}
        for cell in range(max(int(np.floor(low)), 0), min(int(np.ceil(high)), len(self._names))):
            start, end = max(cell, low), min(cell + 1, high)
            if (end - start) * self._pixels >= _HIDDEN_AT:
                found[cell] = (start + end) / 2
        return found

    def _take_room(self) -> None:
        room = _TITLE + (_NAMES if self.shows_names else 0)
        self.setWidth(room) if self.orientation == "left" else self.setHeight(room)
