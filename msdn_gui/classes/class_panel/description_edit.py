"""The free text of a class, to read and to change in its place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit


class DescriptionEdit(QPlainTextEdit):
    """What was typed is kept when another thing is turned to, or at Ctrl+Enter; Escape leaves the old text."""

    edited = Signal(str, str)
    """The text as it was, and as it shall be."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("class_description")
        self.setAccessibleName("Description of the class")
        self.setPlaceholderText("Describe the class …")
        self.setToolTip("Kept when you turn to something else; Escape leaves the old text")
        self.setTabChangesFocus(True)
        self.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 18)
        self._shown = ""

    def show_text(self, text: str, *, editable: bool) -> None:
        """Shows a class's text; where there is none and none can be given, nothing."""
        self.setReadOnly(not editable)
        self.setVisible(editable or bool(text))
        if text != self._shown or not self.hasFocus():
            self._shown = text
            self.setPlainText(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._keep()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._shown)
            return
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._keep()
            return
        super().keyPressEvent(event)

    def _keep(self) -> None:
        text = self.toPlainText().strip()
        if text != self._shown and not self.isReadOnly():
            before, self._shown = self._shown, text
            self.edited.emit(before, text)
