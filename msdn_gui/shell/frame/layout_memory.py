"""Keeps how the window is laid out as it changes: its place and size, splitters, and which pages of tabs are shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QMainWindow, QSplitter, QTabWidget, QWidget

from msdn_gui.services.settings import SettingsStore, decode, encode
from msdn_gui.timers import make_timer

_SETTLE_MS = 300
_MOVES = (QEvent.Type.Show, QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.WindowStateChange)


class LayoutMemory(QObject):
    """What has an object name is kept under it; nothing has to wait for the window to be closed."""

    def __init__(self, settings: SettingsStore, window: QMainWindow) -> None:
        super().__init__(window)
        self._settings, self._window = settings, window
        self._settling = make_timer(self, _SETTLE_MS, single_shot=True)
        self._settling.timeout.connect(self.keep_geometry)
        window.installEventFilter(self)

    def restore_geometry(self) -> bool:
        """Puts the window where it was; False where that is not known, or on no screen any more."""
        kept = self._settings.value.geometry
        return bool(kept) and self._window.restoreGeometry(decode(kept))

    def keep_geometry(self) -> None:
        """Keeps the window's place and size as they are now."""
        self._settling.stop()
        self._settings.change(geometry=encode(self._window.saveGeometry()))

    def watch(self, root: QWidget) -> None:
        """Restores the splitters and tabs below a widget, and keeps them from then on."""
        for splitter in root.findChildren(QSplitter):
            if splitter.objectName():
                # Its sizes mean something once it has its own.
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
                self._settling.start()
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
