"""A typed builder of timers."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer


def make_timer(parent: QObject, interval_ms: int = 0, *, single_shot: bool = False) -> QTimer:
    """Return a timer that is not started."""
    made = QTimer(parent)
    made.setInterval(interval_ms)
    made.setSingleShot(single_shot)
    return made
