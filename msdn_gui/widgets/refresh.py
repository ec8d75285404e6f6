"""Refreshing what is on the screen now, and what is not when it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from msdn_gui.session.changes import TableChange


class Refresher(QObject):
    """Refreshes a widget when it is visible; a hidden one is marked stale and catches up when it is shown.

    A widget counts as hidden if its window is shown and it is not: on a page, tab or workspace behind another.
    """

    def __init__(
        self,
        widget: QWidget,
        refresh: Callable[[], object],
        apply_change: Callable[[TableChange], bool] | None = None,
    ) -> None:
        """``apply_change`` updates only what a change names, and returns False if that is not enough."""
        super().__init__(widget)
        self._widget, self._refresh, self._apply = widget, refresh, apply_change
        self.is_stale = False
        widget.installEventFilter(self)

    def request(self) -> None:
        """Refresh now, or when the widget is shown."""
        if self._is_hidden():
            self.is_stale = True
            return
        self.is_stale = False
        self._refresh()

    def on_table_changed(self, change: TableChange) -> None:
        """Update what a change names; everything if that is not enough."""
        if self._is_hidden():
            self.is_stale = True
        elif self.is_stale or self._apply is None or not self._apply(change):
            self.request()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Catch up when the widget is shown."""
        if watched is self._widget and event.type() == QEvent.Type.Show and self.is_stale:
            self.is_stale = False
            self._refresh()
        return False

    def _is_hidden(self) -> bool:
        return not self._widget.isVisible() and self._widget.window().isVisible()
