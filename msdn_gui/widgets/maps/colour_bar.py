"""The colour scale of a map, with its lowest and highest value."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from msdn_gui.widgets.maps.heat import DIVERGING, colour_table, short_number


class ColourBar(QWidget):
    """Shows the lowest value, the colours and the highest value, with a tick at the value under the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._colours = "viridis"
        self._range: tuple[float, float] | None = None
        self._policy = ""
        self._value: float | None = None
        self._above: float | None = None

    def show_range(
        self, value_range: tuple[float, float] | None, colours: str, policy: str, above: float | None = None
    ) -> None:
        """Show a range, or nothing without a map; colours below ``above`` are faded."""
        self._range, self._colours, self._policy, self._above = value_range, colours, policy, above
        text = self.description()
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def mark_value(self, value: float | None) -> None:
        """Mark a value on the scale, or none."""
        if value != self._value:
            self._value = value
            self.update()

    @property
    def low_text(self) -> str:
        """The number at the low end."""
        return "" if self._range is None else short_number(self._range[0])

    @property
    def high_text(self) -> str:
        """The number at the high end."""
        return "" if self._range is None else short_number(self._range[1])

    def description(self) -> str:
        """Return the scale in words, with exact numbers."""
        if self._range is None:
            return ""
        only = "" if self._above is None else f"; only values of {self._above:.6g} or more are coloured"
        if self._above is not None and self._colours == DIVERGING:
            only = f"; only values of ±{self._above:.6g} or further from 0 are coloured"
        return f"Colours run from {self._range[0]:.6g} to {self._range[1]:.6g} ({self._policy}){only}"

    def sizeHint(self) -> QSize:
        return QSize(160, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        numbers = metrics.horizontalAdvance(self.low_text) + metrics.horizontalAdvance(self.high_text)
        return QSize(max(60, numbers + 20), metrics.height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._range is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        low, high = metrics.horizontalAdvance(self.low_text), metrics.horizontalAdvance(self.high_text)
        whole = QRectF(self.rect())
        ink = self.palette().color(self.palette().ColorRole.WindowText)
        painter.setPen(ink)
        vertical = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(whole, vertical | Qt.AlignmentFlag.AlignLeft, self.low_text)
        painter.drawText(whole, vertical | Qt.AlignmentFlag.AlignRight, self.high_text)
        strip = QRectF(low + 6.0, whole.center().y() - 4, max(0.0, whole.width() - low - high - 12), 8)
        gradient = QLinearGradient(strip.topLeft(), strip.topRight())
        table = colour_table(self._colours)
        for step in range(0, 256, 17):
            gradient.setColorAt(step / 255, QColor(*map(int, table[step, :3])))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(strip, 3, 3)
        lowest, highest = self._range
        if highest <= lowest:
            return
        if self._above is not None:
            # In diverging colours, what is near 0 in the middle is hidden.
            start = -self._above if self._colours == DIVERGING else lowest
            covered = QRectF(strip)
            covered.setLeft(strip.left() + (start - lowest) / (highest - lowest) * strip.width())
            covered.setWidth((self._above - start) / (highest - lowest) * strip.width())
            background = self.palette().color(self.palette().ColorRole.Window)
            background.setAlphaF(0.8)
            painter.fillRect(covered, background)
        if self._value is not None:
            share = min(max((self._value - lowest) / (highest - lowest), 0.0), 1.0)
            painter.setPen(QPen(ink, 2))
            x = strip.left() + share * strip.width()
            painter.drawLine(QPointF(x, strip.top() - 3), QPointF(x, strip.bottom() + 3))
