"""Hold Space to see the image without maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QWidget


class OverlayKey(QObject):
    """Takes Space in widgets where it would do something else."""

    held = Signal(bool)

    def __init__(self, widgets: Iterable[QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._is_down = False
        for widget in widgets:
            self.watch(widget)

    def watch(self, widget: QWidget) -> None:
        """Take Space in this widget too."""
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            if kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                # A key that is held repeats itself as presses and releases.
                if not event.isAutoRepeat():
                    self._set_down(kind == QEvent.Type.KeyPress)
                return True
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.WindowDeactivate, QEvent.Type.Hide):
            self._set_down(False)
        return super().eventFilter(watched, event)

    def _set_down(self, is_down: bool) -> None:
        if is_down != self._is_down:
            self._is_down = is_down
            self.held.emit(is_down)
