"""Messages and errors: one line below the top bar instead of modal dialogs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QSizePolicy, QWidget

from msdn_gui.look.icons import bind_icon, icon_pixmap
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.session.messages import Level
from msdn_gui.timers import make_timer
from msdn_gui.widgets.build import make_button, make_label, make_tool_button

_INFO_MS = 8000
_COLOURS = {Level.INFO: "accent", Level.WARNING: "warning", Level.ERROR: "error"}


class MessageBar(QWidget):
    """Shows one sentence with its level; errors and warnings stay until they are closed or replaced.

    An error of the program, which has a report, comes back after other messages until it is closed itself.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self.level = Level.INFO
        self._report: tuple[str, str] | None = None
        """Sentence and report of the error of the program that has not been closed."""
        self._icon = QLabel()
        self._text = make_label(name="messageText")
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._copy = make_button("Copy report", name="copyReport")
        self._copy.setToolTip("Copy what happened, and the versions")
        bind_icon(self._copy, "copy")
        self._copy.clicked.connect(self._copy_report)
        self._copy.hide()
        close = make_tool_button(name="messageClose", tip="Close this message", accessible="Close message")
        bind_icon(close, "close", "muted")
        close.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING * 2, SPACING // 2, SPACING, SPACING // 2)
        row.setSpacing(SPACING)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text, 1)
        row.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignVCenter)
        self._timer = make_timer(self, _INFO_MS, single_shot=True)
        self._timer.timeout.connect(self.clear)
        theme().changed.connect(self._redraw)
        self.hide()

    @property
    def text(self) -> str:
        """The shown sentence."""
        return self._text.text()

    def show_message(self, level: Level, sentence: str) -> None:
        """Show a sentence."""
        self.level = level
        self._text.setText(sentence)
        self._copy.hide()
        self._redraw()
        if self.level is Level.INFO:
            self._timer.start()
        else:
            self._timer.stop()
        self.show()

    def show_fault(self, sentence: str, report: str) -> None:
        """Show an error of the program, whose report can be copied."""
        self.show_message(Level.ERROR, sentence)
        self._report = (sentence, report)
        self._copy.setText("Copy report")
        self._copy.show()

    def clear(self) -> None:
        """Remove the message; an error of the program that it covered is shown again."""
        self._timer.stop()
        if self._report is not None and self._copy.isHidden():
            self.show_fault(*self._report)
            return
        self._report = None
        self._text.clear()
        self.hide()

    def _copy_report(self) -> None:
        if self._report is not None:
            QApplication.clipboard().setText(self._report[1])
            self._copy.setText("Copied")

    def _redraw(self) -> None:
        self._icon.setPixmap(icon_pixmap(self.level, 18, _COLOURS[self.level], self.devicePixelRatioF()))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a faint background in the level's colour, with a stripe at the left."""
        painter = QPainter(self)
        colour = QColor(theme().colours.q(_COLOURS[self.level]))
        painter.fillRect(0, 0, 3, self.height(), colour)
        colour.setAlphaF(0.12)
        painter.fillRect(self.rect(), colour)
        painter.end()
