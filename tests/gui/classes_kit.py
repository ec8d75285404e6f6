"""What the tests of Classes share."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from msdn_gui.classes import ClassesWorkspace

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key


def shown_workspace(session, services, qtbot) -> ClassesWorkspace:
    made = ClassesWorkspace(session, services)
    qtbot.addWidget(made)
    made.resize(1208, 640)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.settled() and QApplication.activeWindow() is made, timeout=10_000)
    if session.table.attributes:
        qtbot.waitUntil(made.view.hasFocus)
    return made


def place(workspace, row: int, column: int):
    return workspace.view.visualRect(workspace.model.index(row, column)).center()


def click_cell(workspace, qtbot, row: int, column: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(workspace.view.viewport(), LEFT, modifier, pos=place(workspace, row, column))


def choose_block(workspace, qtbot, first: tuple[int, int], last: tuple[int, int]) -> None:
    click_cell(workspace, qtbot, *first)
    click_cell(workspace, qtbot, *last, SHIFT)


def editor(workspace) -> QLineEdit | None:
    """The open editor of a cell."""
    found = [line for line in workspace.view.findChildren(QLineEdit, "value_editor") if line.isVisible()]
    return found[-1] if found else None


def type_in_cell(workspace, qtbot, row: int, column: int, text: str) -> QLineEdit:
    """Choose a cell and type, as in a spreadsheet: the first key opens the editor."""
    click_cell(workspace, qtbot, row, column)
    qtbot.keyClick(workspace.view, text[0])
    line = editor(workspace)
    qtbot.keyClicks(line, text[1:])
    return line


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def set_clipboard(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def action(workspace, name: str):
    return next(one for one in workspace.actions() if one.objectName() == f"classes_{name}")
