"""The status chip at the bottom right: what is running, its progress, and a click to its workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from msdn_core.number_text import duration
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.widgets.build import make_label, make_progress_bar, make_tool_button

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent


@dataclass(frozen=True)
class Activity:
    """A job or run in progress."""

    key: str
    title: str
    workspace: str
    done: int = 0
    total: int = 0
    remaining_s: float | None = None
    can_cancel: bool = False

    @property
    def text(self) -> str:
        """The text of the chip."""
        parts = [self.title]
        if self.total:
            parts.append(f"{self.done:,} of {self.total:,}")
        if self.remaining_s:
            parts.append(f"{duration(self.remaining_s)} left")
        return " · ".join(parts)


class StatusChip(QWidget):
    """Shows the newest activity, and the number of others."""

    opened = Signal(str)
    """The workspace of the clicked activity."""
    cancelled = Signal(str)
    """The key of the activity to cancel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusChip")
        self._activities: dict[str, Activity] = {}
        self._label = make_label(name="chipText")
        self._label.setFont(small_font())
        self._bar = make_progress_bar(name="chipBar")
        self._bar.setFixedWidth(96)
        self._cancel = make_tool_button(name="chipCancel", tip="Cancel", accessible="Cancel")
        bind_icon(self._cancel, "close", "muted")
        self._cancel.clicked.connect(self._on_cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING, 0, 0, 0)
        row.setSpacing(SPACING)
        for widget in (self._label, self._bar, self._cancel):
            row.addWidget(widget)
        self._update()

    @property
    def text(self) -> str:
        """The shown text; empty if there are no activities."""
        return self._label.text() if self._activities else ""

    def show_activity(self, activity: Activity) -> None:
        """Add or update an activity."""
        self._activities[activity.key] = activity
        self._update()

    def remove(self, key: str) -> None:
        """Remove an activity that ended."""
        self._activities.pop(key, None)
        self._update()

    def activity_keys(self) -> set[str]:
        """Return the keys of all activities."""
        return set(self._activities)

    def _current(self) -> Activity | None:
        return next(reversed(self._activities.values()), None)

    def _update(self) -> None:
        activity = self._current()
        self.setVisible(activity is not None)
        if activity is None:
            return
        others = len(self._activities) - 1
        self._label.setText(activity.text + (f"  (+{others})" if others else ""))
        self._bar.setRange(0, activity.total)
        self._bar.setValue(min(activity.done, activity.total))
        self._cancel.setVisible(activity.can_cancel)
        self.setToolTip("\n".join(one.text for one in reversed(self._activities.values())))

    def _on_cancel(self) -> None:
        activity = self._current()
        if activity is not None:
            self.cancelled.emit(activity.key)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the workspace of the activity."""
        activity = self._current()
        if activity is not None and activity.workspace and self.rect().contains(event.position().toPoint()):
            self.opened.emit(activity.workspace)
