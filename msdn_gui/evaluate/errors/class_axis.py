"""Class names along a matrix, once its cells are large enough for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from msdn_core.domain.display_names import class_text
from msdn_gui.look.theme import SEEN_SIGN, UNSEEN_SIGN, small_font, theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TITLE = 28
_NAMES = 144
_SHOWN_AT, _HIDDEN_AT = 18.0, 13.0
"""Sizes of a cell in pixels; two thresholds, because showing the names makes the cells smaller."""


class ClassAxis(pg.AxisItem):
    """The ``left`` or ``bottom`` axis of a matrix whose cell i extends from i to i + 1."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self._names: tuple[str, ...] = ()
        self._is_seen: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.shows_names = False
        """Whether the cells are large enough for names."""
        self._pixels = 0.0
        self.setStyle(showValues=False)
        self._update_size()

    def set_classes(self, names: tuple[str, ...], seen: NDArray[np.bool_]) -> None:
        """Set the classes in the order of the cells."""
        self._names, self._is_seen = names, seen
        self.update()

    def visible_names(self) -> tuple[str, ...]:
        """Return the raw names of the classes that are named now."""
        return tuple(self._names[cell] for cell in self._visible_cells()) if self.shows_names else ()

    def linkedViewChanged(self, view: pg.ViewBox, newRange: Any = None) -> None:
        super().linkedViewChanged(view, newRange)
        width, height = view.viewPixelSize()
        cell_size = height if self.orientation == "left" else width
        self._pixels = 1 / cell_size if cell_size else 0.0
        shows = self._pixels >= (_HIDDEN_AT if self.shows_names else _SHOWN_AT)
        if shows != self.shows_names:
            self.shows_names = shows
            self._update_size()
        self.update()

    def paint(self, p: QPainter, opt: Any, widget: Any) -> None:
        super().paint(p, opt, widget)
        view = self.linkedView()
        if not self.shows_names or view is None:
            return
        p.setFont(small_font())
        metrics, colours = QFontMetricsF(small_font()), theme().colours
        half = metrics.height() / 2
        for cell, at in self._visible_cells().items():
            sign, colour = (SEEN_SIGN, "seen") if self._is_seen[cell] else (UNSEEN_SIGN, "unseen")
            name = metrics.elidedText(class_text(self._names[cell]), Qt.TextElideMode.ElideRight, _NAMES - 22)
            centre = self.mapFromItem(view, view.mapFromView(QPointF(at, at)))
            p.save()
            if self.orientation == "left":
                p.translate(self.size().width() - 4, centre.y())
            else:
                p.translate(centre.x(), 4)
                p.rotate(-90)
            # The mark of the class is next to the matrix, the name before it.
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            p.setPen(colours.q(colour))
            p.drawText(QRectF(-14, -half, 14, 2 * half), align, sign)
            p.setPen(colours.q("text"))
            p.drawText(QRectF(-_NAMES, -half, _NAMES - 17, 2 * half), align, name)
            p.restore()

    def _visible_cells(self) -> dict[int, float]:
        """Return the cells with room for a name, and the centre of the visible part of each."""
        view = self.linkedView()
        if view is None:
            return {}
        low, high = view.viewRange()[1 if self.orientation == "left" else 0]
        cells = {}
        for cell in range(max(int(np.floor(low)), 0), min(int(np.ceil(high)), len(self._names))):
            start, end = max(cell, low), min(cell + 1, high)
            if (end - start) * self._pixels >= _HIDDEN_AT:
                cells[cell] = (start + end) / 2
        return cells

    def _update_size(self) -> None:
        size = _TITLE + (_NAMES if self.shows_names else 0)
        self.setWidth(size) if self.orientation == "left" else self.setHeight(size)
