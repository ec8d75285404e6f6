"""The scale of a map: its colours with the lowest and the highest number."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from msdn_gui.explore.heat import colour_table, short_number


class ColourBar(QWidget):
    """Lowest number, colours, highest number, and in words what the range is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._colours = "viridis"
        self._range: tuple[float, float] | None = None
        self._policy = ""

    def show_range(self, value_range: tuple[float, float] | None, colours: str, policy: str) -> None:
        """Show this range, or an empty place where there is no map."""
        self._range, self._colours, self._policy = value_range, colours, policy
        words = self.words()
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    @property
    def low_text(self) -> str:
        """The number at the dark end."""
        return "" if self._range is None else short_number(self._range[0])

    @property
    def high_text(self) -> str:
        """The number at the light end."""
        return "" if self._range is None else short_number(self._range[1])

    def words(self) -> str:
        """The scale in words, with exact numbers."""
        if self._range is None:
            return ""
        return f"Colours run from {self._range[0]:.6g} to {self._range[1]:.6g} ({self._policy})"

    def sizeHint(self) -> QSize:
        return QSize(160, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._range is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        low, high = metrics.horizontalAdvance(self.low_text), metrics.horizontalAdvance(self.high_text)
        whole = QRectF(self.rect())
        vertical = Qt.AlignmentFlag.AlignVCenter
        quiet = self.palette().color(self.palette().ColorRole.WindowText)
        painter.setPen(quiet)
        painter.drawText(whole, vertical | Qt.AlignmentFlag.AlignLeft, self.low_text)
        words = f"{self.high_text}  {self._policy}"
        tail = metrics.horizontalAdvance(words)
        if whole.width() - low - tail < 60:
            words, tail = self.high_text, high
        strip = QRectF(low + 6.0, whole.center().y() - 4, whole.width() - low - tail - 12, 8)
        painter.drawText(
            QRectF(strip.right() + 6, 0, tail + 2, whole.height()), vertical | Qt.AlignmentFlag.AlignLeft, words
        )
        gradient = QLinearGradient(strip.topLeft(), strip.topRight())
        table = colour_table(self._colours)
        for step in range(0, 256, 17):
            gradient.setColorAt(step / 255, QColor(*map(int, table[step])))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(strip, 3, 3)
