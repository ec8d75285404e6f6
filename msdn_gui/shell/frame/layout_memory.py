"""Remembers the window's layout as it changes: position and size, splitters, and pages of tabs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QMainWindow, QSplitter, QTabWidget, QWidget

from msdn_gui.services.settings import SettingsStore, decode, encode
from msdn_gui.timers import make_timer

_DELAY_MS = 300
_MOVES = (QEvent.Type.Show, QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.WindowStateChange)


class LayoutMemory(QObject):
    """Remembers splitters and tabs by object name, as soon as they change."""

    def __init__(self, settings: SettingsStore, window: QMainWindow) -> None:
        super().__init__(window)
        self._settings, self._window = settings, window
        self._delay = make_timer(self, _DELAY_MS, single_shot=True)
        self._delay.timeout.connect(self.keep_geometry)
        window.installEventFilter(self)

    def restore_geometry(self) -> bool:
        """Restore the window's position; return False if it is unknown or no longer on a screen."""
        kept = self._settings.value.geometry
        return bool(kept) and self._window.restoreGeometry(decode(kept))

    def keep_geometry(self) -> None:
        """Remember the window's position and size."""
        self._delay.stop()
        self._settings.change(geometry=encode(self._window.saveGeometry()))

    def watch(self, root: QWidget) -> None:
        """Restore the splitters and tabs within a widget, and remember them from now on."""
        for splitter in root.findChildren(QSplitter):
            if splitter.objectName():
                # Sizes are valid once the splitter has been laid out.
                splitter.installEventFilter(self)
                splitter.splitterMoved.connect(lambda *_, one=splitter: self._keep_splitter(one))
        for tabs in root.findChildren(QTabWidget):
            if tabs.objectName():
                page = self._settings.value.pages.get(tabs.objectName(), "")
                if page.isdecimal() and int(page) < tabs.count():
                    tabs.setCurrentIndex(int(page))
                tabs.currentChanged.connect(lambda page, one=tabs: self._keep_page(one, page))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() in _MOVES and self._window.isVisible():
                self._delay.start()
        elif event.type() is QEvent.Type.Show and isinstance(watched, QSplitter):
            watched.removeEventFilter(self)
            kept = self._settings.state(watched.objectName())
            if kept is not None:
                watched.restoreState(kept)
        return False

    def _keep_splitter(self, splitter: QSplitter) -> None:
        self._settings.save_state(splitter.objectName(), splitter.saveState())

    def _keep_page(self, tabs: QTabWidget, page: int) -> None:
        self._settings.change(pages={**self._settings.value.pages, tabs.objectName(): str(page)})
