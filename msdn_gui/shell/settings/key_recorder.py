"""A field that records the next keys that are pressed, whatever they do elsewhere."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit, QLineEdit, QWidget

from msdn_gui.actions.digit_keys import digit_event


class KeyRecorder(QKeySequenceEdit):
    """Records one combination; Esc or a click elsewhere cancels."""

    recorded = Signal(QKeySequence)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key_recorder")
        self.setAccessibleName("Press the new keys")
        self.setMaximumSequenceLength(1)
        for line in self.findChildren(QLineEdit):
            line.setPlaceholderText("Press the new keys")
            # A row of a list is lower than a field of a form.
            line.setStyleSheet("QLineEdit { min-height: 0; padding: 0 4px; }")
        self._done = False
        self.keySequenceChanged.connect(self._on_keys_changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self._leave()
            return
        super().keyPressEvent(digit_event(event, event.type()) or event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        super().keyReleaseEvent(digit_event(event, event.type()) or event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._leave()

    def _on_keys_changed(self, keys: QKeySequence) -> None:
        if not self._done and not keys.isEmpty():
            self._done = True
            self.recorded.emit(keys)

    def _leave(self) -> None:
        if not self._done:
            self._done = True
            self.left.emit()
