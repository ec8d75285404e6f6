"""The cell in which an attribute's score is overridden."""

from __future__ import annotations

import math

from PySide6.QtCore import QAbstractItemModel, QRect, Qt
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem, QWidget

from msdn_gui.look.theme import theme
from msdn_gui.widgets.build import make_line_edit
from msdn_gui.widgets.table_delegates import BarDelegate, Index

_WIDTH = 84


class ScoreDelegate(BarDelegate):
    """Enter takes the number, Escape leaves the old one; what is no number is red and never taken."""

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        editor = make_line_edit(parent=parent, name="score_editor", alignment=Qt.AlignmentFlag.AlignRight)
        editor.setAccessibleName("Score in the place of the network's")
        editor.textChanged.connect(lambda text: _show_fault(editor, score_in(text) is None))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if not editor.property("filled"):
            editor.setProperty("filled", True)
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        value = score_in(editor.text())
        if value is not None and editor.isModified():
            model.setData(index, value)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        cell = QRect(option.rect)
        width = max(cell.width(), _WIDTH)
        editor.setGeometry(cell.right() + 1 - width, cell.top(), width, cell.height())


def score_in(text: str) -> float | None:
    """The number that a text is, with point or comma; None where it is none."""
    try:
        value = float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _show_fault(editor: QLineEdit, faulty: bool) -> None:
    editor.setStyleSheet(f"color: {theme().colours.error};" if faulty else "")
    editor.setToolTip("Type a number" if faulty else "")
