"""The command palette: type part of a name and press Return; it is shown over the window while it has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QListView, QMainWindow, QWidget
from shiboken6 import isValid

from msdn_gui.look.theme import SPACING, theme
from msdn_gui.shell.palette.list_view import RESULT_ROLE, ROW_HEIGHT, PaletteDelegate, PaletteModel
from msdn_gui.widgets.build import make_column, make_label, make_line_edit, named

if TYPE_CHECKING:
    from msdn_gui.shell.palette.finder import PaletteFinder
    from msdn_gui.widgets.index import Index

_WIDTH = 640
_ROWS = 12
_ROOM_BELOW = 120
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS - 1,
    Qt.Key.Key_PageUp: 1 - _ROWS,
}


class Palette(QFrame):
    """A field and a list below it; Up and Down select, Return or a click runs, Esc closes."""

    def __init__(self, window: QMainWindow, finder: PaletteFinder) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self.setAutoFillBackground(True)
        self._window, self._finder = window, finder
        self._focus_before: QWidget | None = None
        self.line = make_line_edit(
            name="palette_line",
            placeholder="An action, project, class, attribute or image",
            accessible="Command palette",
        )
        self.model = PaletteModel(self)
        self.list = named(QListView(), "palette_list")
        self.list.setAccessibleName("Matches")
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        # The field keeps the focus and passes on the keys that move the selection.
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.no_matches = make_label("No matches.", name="palette_none")
        self.no_matches.setProperty("look", "muted")
        self.no_matches.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING)
        self._column = make_column(self.line, self.list, self.no_matches, spacing=SPACING // 2)
        self._column.setContentsMargins(SPACING, SPACING, SPACING, SPACING // 2)
        self.setLayout(self._column)
        self.line.textChanged.connect(self._update_matches)
        self.line.installEventFilter(self)
        self.list.clicked.connect(self._run)
        self.list.entered.connect(self._on_entered)
        finder.images_found.connect(self._on_images_found)
        window.installEventFilter(self)
        application = QGuiApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)
        self.hide()

    def open(self) -> None:
        """Show the palette, empty, over the window."""
        if self.isVisible():
            self.line.selectAll()
            return
        self._focus_before = QApplication.focusWidget()
        self._finder.refresh()
        self.line.clear()
        self._update_matches()
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_palette(self) -> None:
        """Hide the palette; the focus goes back to where it was."""
        if self.isVisible():
            self.hide()
            # The widget may have been deleted meanwhile, such as an editor in a table.
            if self._focus_before is not None and isValid(self._focus_before) and self._focus_before.isVisible():
                self._focus_before.setFocus(Qt.FocusReason.PopupFocusReason)

    # Matches

    def _update_matches(self) -> None:
        self.model.show_found(self._finder.find(self.line.text()))
        self.list.setCurrentIndex(self._next(-1, 1))
        self.list.scrollToTop()
        self._update_geometry()

    def _on_images_found(self) -> None:
        if self.isVisible() and self.line.text().strip():
            row = self.list.currentIndex().row()
            self._update_matches()
            if row > 0:
                self.list.setCurrentIndex(self.model.index(min(row, self.model.rowCount() - 1)))

    def _update_geometry(self) -> None:
        """Place the palette at the top in the middle, as high as its rows."""
        rows = self.model.rowCount()
        self.list.setVisible(rows > 0)
        self.no_matches.setVisible(rows == 0)
        top = self._window.menuBar().height() + SPACING
        room = (self._window.height() - top - _ROOM_BELOW) // ROW_HEIGHT
        self.list.setFixedHeight(max(1, min(rows, _ROWS, room)) * ROW_HEIGHT + 2)
        width = min(_WIDTH, self._window.width() - 4 * SPACING)
        self._column.activate()
        self.setGeometry((self._window.width() - width) // 2, top, width, self.sizeHint().height())

    # Input

    def _next(self, row: int, by: int) -> QModelIndex:
        """Return the next row in a direction that can be selected, wrapping round the end."""
        rows = self.model.rowCount()
        for step in range(1, rows + 1):
            index = self.model.index((row + by * step) % rows)
            if index.flags() & Qt.ItemFlag.ItemIsEnabled:
                return index
        return QModelIndex()

    def _step(self, by: int) -> None:
        rows, row = self.model.rowCount(), self.list.currentIndex().row()
        if abs(by) > 1:
            # A page stops at the end; a single row wraps round it.
            row, by = min(max(row + by, -1), rows) + (-1 if by > 0 else 1), 1 if by > 0 else -1
        self.list.setCurrentIndex(self._next(row, by))

    def _on_entered(self, index: QModelIndex) -> None:
        if index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.list.setCurrentIndex(index)

    def _run(self, index: Index) -> None:
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            entry = index.data(RESULT_ROLE).entry
            self.close_palette()
            self._finder.remember(entry)
            entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress and self._on_key(event.key()):
                return True
            if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._update_geometry()
        return super().eventFilter(watched, event)

    def _on_key(self, key: int) -> bool:
        """Handle a key of the field; return whether it was one of the palette's."""
        if key in _STEPS:
            self._step(_STEPS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.close_palette()
        else:
            return False
        return True

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self.isVisible() and new is not None and new is not self and not self.isAncestorOf(new):
            self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colours.q("raised"))
        painter.setPen(theme().colours.q("disabled"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
