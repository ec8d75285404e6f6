"""What the network saw of an image under one map, repainted for each frame of a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from msdn_core.domain.attention import peak_regions
from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.widgets.maps.heat import coloured, cut_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_gui.widgets.maps.map_controls import Display

_PIXELS = 112
"""A map is smoothed to about this many pixels a side: many are painted many times a second."""
_ROUND = 4.0


class FilmPicture(QWidget):
    """``show_picture`` once an image, ``show_map`` once a frame."""

    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._picture: QImage | None = None
        self._scaled: QPixmap | None = None
        self._heat: QImage | None = None
        self._peak: tuple[float, float] | None = None
        self._opacity = 1.0
        self._notice = ""
        theme().changed.connect(self.update)

    @property
    def peak(self) -> tuple[float, float] | None:
        """The peak of the map as shares of the square's width and height."""
        return self._peak

    def show_picture(self, picture: QImage | None) -> None:
        """Show the square that the network saw; None if the image cannot be read."""
        self._picture, self._scaled = picture, None
        self.update()

    def show_map(self, values: NDArray[np.float32], value_range: tuple[float, float], display: Display) -> None:
        """Show an (H, W) map with colours over a range."""
        above = cut_value(value_range, display.threshold)
        pixels = np.ascontiguousarray(
            coloured(values, value_range, display.colours, smoothed=display.smooth, pixels=_PIXELS, above=above)
        )
        height, width = pixels.shape[:2]
        self._heat = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
        row, column = map(int, peak_regions(values[None])[0])
        # A map that is the same everywhere is highest nowhere.
        flat = not np.ptp(values) > 0
        self._peak = None if flat else ((column + 0.5) / values.shape[1], (row + 0.5) / values.shape[0])
        self._opacity = display.opacity if display.visible else 0.0
        self.update()

    def show_notice(self, words: str) -> None:
        """Show why there is no map."""
        self._notice, self._heat, self._peak = words, None, None
        self.setAccessibleDescription(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = QRectF(self.rect())
        outline = QPainterPath()
        outline.addRoundedRect(room, _ROUND, _ROUND)
        painter.setClipPath(outline)
        painter.fillRect(room, theme().colours.q("canvas"))
        if (pixmap := self._pixmap()) is not None:
            painter.drawPixmap(self.rect(), pixmap)
        if self._heat is not None:
            # Where there is no photograph, the map is all there is to see.
            painter.setOpacity(self._opacity if self._picture is not None else 1.0)
            painter.drawImage(room, self._heat)
            painter.setOpacity(1.0)
        if self._peak is not None and self._opacity > 0:
            self._paint_peak(painter, room, self._peak)
        if self._notice:
            painter.setPen(theme().colours.q("muted"))
            painter.setFont(small_font())
            inner = room.adjusted(SPACING, SPACING, -SPACING, -SPACING)
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._notice)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.double_clicked.emit()

    def _pixmap(self) -> QPixmap | None:
        """Return the picture at its size on the screen, scaled once."""
        if self._picture is None:
            return None
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        if self._scaled is None or self._scaled.size() != size:
            scaled = self._picture.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            self._scaled = QPixmap.fromImage(scaled)
        return self._scaled

    def _paint_peak(self, painter: QPainter, area: QRectF, peak: tuple[float, float]) -> None:
        x, y = peak[0] * area.width(), peak[1] * area.height()
        # Drawn twice, wide and dark below, thin and light above: seen on any picture.
        for colour, width in ((Qt.GlobalColor.black, 3.5), (Qt.GlobalColor.white, 1.5)):
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(x - 5, y), QPointF(x + 5, y))
            painter.drawLine(QPointF(x, y - 5), QPointF(x, y + 5))
