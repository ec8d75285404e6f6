"""The cell in which an attribute score is overridden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QRect, Qt
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem, QWidget

from msdn_core.number_text import parse_number
from msdn_gui.look.theme import theme
from msdn_gui.widgets.build import make_line_edit
from msdn_gui.widgets.tables.table_delegates import BarDelegate

if TYPE_CHECKING:
    from msdn_gui.widgets.index import Index

_WIDTH = 84


class ScoreDelegate(BarDelegate):
    """Enter accepts the number and Escape keeps the old one; text that is not a number is red and not accepted."""

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        editor = make_line_edit(parent=parent, name="score_editor", alignment=Qt.AlignmentFlag.AlignRight)
        editor.setAccessibleName("Score in place of the model's")
        editor.textChanged.connect(lambda text: _show_error(editor, is_error=parse_score(text) is None))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit) and not editor.property("filled"):
            editor.setProperty("filled", True)
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit) and editor.isModified():
            value = parse_score(editor.text())
            if value is not None:
                model.setData(index, value)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        cell = QRect(option.rect)
        width = max(cell.width(), _WIDTH)
        editor.setGeometry(cell.right() + 1 - width, cell.top(), width, cell.height())


def parse_score(text: str) -> float | None:
    """Return the finite number in a text, with point or comma; None if it is not one."""
    try:
        return parse_number(text)
    except ValueError:
        return None


def _show_error(editor: QLineEdit, *, is_error: bool) -> None:
    editor.setStyleSheet(f"color: {theme().colours.error};" if is_error else "")
    editor.setToolTip("Type a number" if is_error else "")
