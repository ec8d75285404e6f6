"""Messages for the person at the window."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Signal


class Level(StrEnum):
    """How much a message matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Messages(QObject):
    """Posts sentences to the message bar."""

    posted = Signal(object, str)
    """Level and sentence."""

    def post(self, level: Level, text: str) -> None:
        """Post a sentence."""
        self.posted.emit(level, text)

    def info(self, text: str) -> None:
        """Post something good to know."""
        self.post(Level.INFO, text)

    def warning(self, text: str) -> None:
        """Post something that may need attention."""
        self.post(Level.WARNING, text)

    def error(self, text: str) -> None:
        """Post why something was not done, and what to do."""
        self.post(Level.ERROR, text)
