"""The editor of a cell: it says what is wrong while one types, and never takes what is no value."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from msdn_gui.classes.table.model import ClassTableModel
from msdn_gui.classes.table.numbers import CellError, parse_value
from msdn_gui.look.theme import theme
from msdn_gui.widgets.build import make_line_edit

Index = QModelIndex | QPersistentModelIndex
_HINT = QStyledItemDelegate.EndEditHint
_EDITOR_WIDTH = 76
_EDITOR_MARGIN = 10
_AWAY = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class ValueDelegate(QStyledItemDelegate):
    """Enter commits and goes down, Tab goes on, Ctrl+Enter gives all chosen cells the number, Escape leaves."""

    faulted = Signal(str)
    """What is wrong with what stands in the editor; empty where nothing is."""
    entered = Signal()
    """A number was committed by Enter."""
    fill_asked = Signal(float)
    """All chosen cells shall have this number."""

    def __init__(self, model: ClassTableModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = make_line_edit(parent=parent, name="value_editor", alignment=Qt.AlignmentFlag.AlignRight)
        editor.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        editor.textChanged.connect(lambda: self._check(editor))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        # A value that changes meanwhile does not take away what is being typed.
        if not editor.property("filled"):
            editor.setProperty("filled", True)
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: ClassTableModel, index: Index) -> None:
        model.setData(index, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Over the cell, and wider to the left where the exact value needs it."""
        cell = QRect(option.rect)
        needed = editor.fontMetrics().horizontalAdvance(str(index.data(Qt.ItemDataRole.EditRole))) + 2 * _EDITOR_MARGIN
        width = max(cell.width(), _EDITOR_WIDTH, needed)
        editor.setGeometry(max(0, cell.right() + 1 - width), cell.top(), width, cell.height())

    def destroyEditor(self, editor: QWidget, index: Index) -> None:
        self.faulted.emit("")
        super().destroyEditor(editor, index)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._enter(editor, every=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
                return True
            if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and self._fault(editor):
                return True
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent) and self._fault(editor):
            if event.reason() in _AWAY:
                return False  # Another program, or a menu, is looked at: what was typed waits.
            # The cell keeps its value; the sentence says why what was typed is not in it.
            fault = self._fault(editor)
            self.closeEditor.emit(editor, _HINT.RevertModelCache)
            self._model.refused.emit(fault)
            return True
        return super().eventFilter(editor, event)

    def _enter(self, editor: QLineEdit, *, every: bool) -> None:
        if self._fault(editor):
            return
        if every:
            value = parse_value(editor.text(), self._model.table.value_range)
            self.closeEditor.emit(editor, _HINT.RevertModelCache)
            self.fill_asked.emit(value)
            return
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, _HINT.NoHint)
        self.entered.emit()

    def _fault(self, editor: QLineEdit) -> str:
        try:
            parse_value(editor.text(), self._model.table.value_range)
        except CellError as fault:
            return str(fault)
        return ""

    def _check(self, editor: QLineEdit) -> None:
        fault = self._fault(editor)
        colours = theme().colours
        editor.setStyleSheet(
            f"border: 2px solid {colours.error if fault else colours.accent}; border-radius: 0; "
            "padding: 0 4px; min-height: 0;"
        )
        editor.setToolTip(fault)
        self.faulted.emit(fault)
