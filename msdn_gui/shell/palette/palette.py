"""The command palette: type a part of a name, and Return does it; over the window, gone as soon as it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListView,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from msdn_gui.look.theme import SPACING, theme
from msdn_gui.shell.palette.finder import PaletteFinder
from msdn_gui.shell.palette.list_view import RESULT_ROLE, ROW_HEIGHT, PaletteDelegate, PaletteModel
from msdn_gui.widgets.build import make_label, make_line_edit, named

if TYPE_CHECKING:
    from msdn_gui.shell.window import MainWindow

_WIDTH = 640
_ROWS = 12


class Palette(QFrame):
    """A line and a list below it; Up and Down choose, Return or a click does, Esc leaves."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self.setAutoFillBackground(True)
        self._window = window
        self._finder = PaletteFinder(window)
        self._before: QWidget | None = None
        self.line = make_line_edit(name="palette_line")
        self.line.setPlaceholderText("An action, project, class, attribute or image")
        self.line.setAccessibleName("Command palette")
        self.model = PaletteModel(self)
        self.list = named(QListView(), "palette_list")
        self.list.setAccessibleName("What was found")
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        # The keys stay with the line, which hands on those that move.
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.none = make_label("Nothing has such a name.", name="palette_none")
        self.none.setProperty("look", "muted")
        self.none.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING // 2)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        layout.addWidget(self.none)
        self.line.textChanged.connect(self._find)
        self.line.installEventFilter(self)
        self.list.clicked.connect(self._do)
        self.list.entered.connect(self._point)
        self._finder.more.connect(self._find_more)
        window.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._leave_when_left)
        self.hide()

    def open(self) -> None:
        """Shows it, empty, over the window."""
        if self.isVisible():
            self.line.selectAll()
            return
        self._before = QApplication.focusWidget()
        self._finder.look()
        self.line.clear()
        self._find()
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_palette(self) -> None:
        """Hides it; the keys go back to where they were."""
        if self.isVisible():
            self.hide()
            # It may have been taken away meanwhile, as a table's rows are.
            if self._before is not None and isValid(self._before) and self._before.isVisible():
                self._before.setFocus(Qt.FocusReason.PopupFocusReason)

    # What is found

    def _find(self) -> None:
        self.model.show_found(self._finder.find(self.line.text()))
        self.list.setCurrentIndex(self._next(-1, 1))
        self.list.scrollToTop()
        self._place()

    def _find_more(self) -> None:
        if self.isVisible() and self.line.text().strip():
            row = self.list.currentIndex().row()
            self._find()
            if row > 0:
                self.list.setCurrentIndex(self.model.index(min(row, self.model.rowCount() - 1)))

    def _place(self) -> None:
        """At the top in the middle, as high as its rows."""
        rows = self.model.rowCount()
        self.list.setVisible(rows > 0)
        self.none.setVisible(rows == 0)
        top = self._window.menuBar().height() + SPACING
        room = (self._window.height() - top - 120) // ROW_HEIGHT
        self.list.setFixedHeight(max(1, min(rows, _ROWS, room)) * ROW_HEIGHT + 2)
        width = min(_WIDTH, self._window.width() - 4 * SPACING)
        self.layout().activate()
        self.setGeometry((self._window.width() - width) // 2, top, width, self.sizeHint().height())

    # Hands

    def _next(self, row: int, by: int) -> QModelIndex:
        """The next row in a direction that can be chosen, round the end."""
        rows = self.model.rowCount()
        for step in range(1, rows + 1):
            index = self.model.index((row + by * step) % rows)
            if index.flags() & Qt.ItemFlag.ItemIsEnabled:
                return index
        return QModelIndex()

    def _step(self, by: int) -> None:
        rows, row = self.model.rowCount(), self.list.currentIndex().row()
        if abs(by) > 1:
            # A page stops at the end, where the next row goes round.
            row, by = min(max(row + by, -1), rows) + (-1 if by > 0 else 1), 1 if by > 0 else -1
        self.list.setCurrentIndex(self._next(row, by))

    def _point(self, index: QModelIndex) -> None:
        if index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.list.setCurrentIndex(index)

    def _do(self, index: QModelIndex) -> None:
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            entry = index.data(RESULT_ROLE).entry
            self.close_palette()
            self._finder.remember(entry)
            entry.do()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and event.type() == QEvent.Type.KeyPress:
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: _ROWS - 1,
                Qt.Key.Key_PageUp: 1 - _ROWS,
            }
            key = event.key()
            if key in steps:
                self._step(steps[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.list.currentIndex())
                return True
            if key == Qt.Key.Key_Escape:
                self.close_palette()
                return True
        if watched is self.line and event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _leave_when_left(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self.isVisible() and new is not None and new is not self and not self.isAncestorOf(new):
            self.hide()

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colours.q("raised"))
        painter.setPen(theme().colours.q("disabled"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
