"""The editor of a cell: it shows what is wrong while a person types, and only accepts values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from msdn_gui.classes.values.numbers import CellError, parse_value
from msdn_gui.look.theme import theme
from msdn_gui.widgets.build import make_line_edit

if TYPE_CHECKING:
    from msdn_gui.classes.table.model import ClassTableModel
    from msdn_gui.widgets.index import Index

_HINT = QStyledItemDelegate.EndEditHint
_EDITOR_WIDTH = 76
_EDITOR_MARGIN = 10
_AWAY = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class ValueDelegate(QStyledItemDelegate):
    """Enter commits and moves down, Tab moves on, Ctrl+Enter fills all selected cells, Escape cancels."""

    fault_changed = Signal(str)
    """What is wrong with the text in the editor; empty if nothing is."""
    entered = Signal()
    """A value was committed by Enter."""
    fill_requested = Signal(float)
    """Set all selected cells to this value."""

    def __init__(self, model: ClassTableModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return a line edit that checks what is typed."""
        editor = make_line_edit(parent=parent, name="value_editor", alignment=Qt.AlignmentFlag.AlignRight)
        editor.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        editor.textChanged.connect(lambda: self._check(editor))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Fill the editor once: a value that changes meanwhile does not replace what is being typed."""
        if isinstance(editor, QLineEdit) and not editor.property("filled"):
            editor.setProperty("filled", True)
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand the text to the model."""
        if isinstance(editor, QLineEdit) and index.isValid():
            model.setData(model.index(index.row(), index.column()), editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Place the editor over its cell, and extend it to the left if the exact value needs more room."""
        cell = QRect(option.rect)
        needed = editor.fontMetrics().horizontalAdvance(str(index.data(Qt.ItemDataRole.EditRole))) + 2 * _EDITOR_MARGIN
        width = max(cell.width(), _EDITOR_WIDTH, needed)
        editor.setGeometry(max(0, cell.right() + 1 - width), cell.top(), width, cell.height())

    def destroyEditor(self, editor: QWidget, index: Index) -> None:
        """Remove the message about the text as well."""
        self.fault_changed.emit("")
        super().destroyEditor(editor, index)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Keep the editor open while its text is not a value."""
        if not isinstance(editor, QLineEdit):
            return super().eventFilter(editor, event)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._enter(editor, fill=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
                return True
            if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and self._fault(editor):
                return True
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent) and self._fault(editor):
            if event.reason() in _AWAY:
                return False  # Another window or a menu has the focus; the text waits.
            # The cell keeps its value, and a message says why.
            fault = self._fault(editor)
            self.closeEditor.emit(editor, _HINT.RevertModelCache)
            self._model.refused.emit(fault)
            return True
        return super().eventFilter(editor, event)

    def _enter(self, editor: QLineEdit, *, fill: bool) -> None:
        if self._fault(editor):
            return
        if fill:
            value = parse_value(editor.text(), self._model.table.value_range)
            self.closeEditor.emit(editor, _HINT.RevertModelCache)
            self.fill_requested.emit(value)
            return
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, _HINT.NoHint)
        self.entered.emit()

    def _fault(self, editor: QLineEdit) -> str:
        try:
            parse_value(editor.text(), self._model.table.value_range)
        except CellError as error:
            return str(error)
        return ""

    def _check(self, editor: QLineEdit) -> None:
        fault = self._fault(editor)
        style = editor_style(is_wrong=bool(fault))
        # Setting a style sheet costs a millisecond, even the same one.
        if editor.styleSheet() != style:
            editor.setStyleSheet(style)
        editor.setToolTip(fault)
        self.fault_changed.emit(fault)


def editor_style(*, is_wrong: bool) -> str:
    """Return the style sheet of an editor within the table or its headers."""
    colours = theme().colours
    return (
        f"border: 2px solid {colours.error if is_wrong else colours.accent}; border-radius: 0; "
        "padding: 0 4px; min-height: 0;"
    )
