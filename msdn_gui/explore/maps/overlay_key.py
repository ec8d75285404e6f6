"""Space, held: the bare image."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget


class OverlayKey(QObject):
    """Watches the places where Space would mean something else, and takes it there for itself."""

    held = Signal(bool)

    def __init__(self, widgets: Iterable[QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._down = False
        for widget in widgets:
            self.watch(widget)

    def watch(self, widget: QWidget) -> None:
        """Take Space there too."""
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and event.key() == Qt.Key.Key_Space:
            # A key that is held repeats itself as presses and releases.
            if not event.isAutoRepeat():
                self._put(kind == QEvent.Type.KeyPress)
            return True
        if kind in (QEvent.Type.FocusOut, QEvent.Type.WindowDeactivate, QEvent.Type.Hide):
            self._put(False)
        return super().eventFilter(watched, event)

    def _put(self, down: bool) -> None:
        if down != self._down:
            self._down = down
            self.held.emit(down)
