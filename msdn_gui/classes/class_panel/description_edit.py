"""The description of a class, edited in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent


class DescriptionEdit(QPlainTextEdit):
    """Saves what was typed when the focus leaves or at Ctrl+Enter; Escape restores the old text."""

    edited = Signal(str, str)
    """The old and the new text."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("class_description")
        self.setAccessibleName("Description of the class")
        self.setPlaceholderText("Describe the class …")
        self.setToolTip("Saved when you leave the field; Escape restores the old text")
        self.setTabChangesFocus(True)
        self.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 18)
        self._shown = ""

    def show_text(self, text: str, *, editable: bool) -> None:
        """Show the description of a class; hide the field if there is none and none can be added."""
        self.setReadOnly(not editable)
        self.setVisible(editable or bool(text))
        if text != self._shown or not self.hasFocus():
            self._shown = text
            self.setPlainText(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Save the text, unless a menu takes the focus."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._save()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Save by Ctrl+Enter, restore by Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._shown)
            return
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._save()
            return
        super().keyPressEvent(event)

    def _save(self) -> None:
        text = self.toPlainText().strip()
        if text != self._shown and not self.isReadOnly():
            before, self._shown = self._shown, text
            self.edited.emit(before, text)
