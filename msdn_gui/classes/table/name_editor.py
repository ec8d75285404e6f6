"""Renaming a class in place, in the header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit

from msdn_gui.classes.class_names import name_fault
from msdn_gui.classes.table.value_delegate import editor_style
from msdn_gui.classes.table.view import ROW_HEIGHT, ClassTableView

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent

_NAME_LEFT = 20


class NameEditor(QLineEdit):
    """Covers a class's name while it is edited: Enter renames the class, Escape cancels."""

    renamed = Signal(str, str)
    """The old and the new name."""
    fault_changed = Signal(str)
    """What is wrong with the typed name; empty if nothing is."""

    def __init__(self, view: ClassTableView) -> None:
        super().__init__(view.classes.viewport())
        self.setObjectName("name_editor")
        self.setAccessibleName("Name of the class")
        self._view = view
        self._old: str | None = None
        self.textChanged.connect(self._check)
        view.verticalScrollBar().valueChanged.connect(lambda _: self._end())
        view.items.modelReset.connect(self._end)
        self.hide()

    def begin(self, row: int) -> None:
        """Edit the name in a row."""
        self._old = self._view.items.class_at(row)
        top = self._view.classes.sectionViewportPosition(row)
        self.setGeometry(_NAME_LEFT, top, self._view.classes.viewport().width() - _NAME_LEFT, ROW_HEIGHT)
        self.setText(self._old)
        self._check()
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Rename by Enter, cancel by Escape."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self._fault():
                self._commit()
            return
        if event.key() == Qt.Key.Key_Escape:
            self._end()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Rename if the name is allowed, else keep the old one."""
        super().focusOutEvent(event)
        if event.reason() is Qt.FocusReason.PopupFocusReason or self._old is None:
            return
        if self._fault():
            self._end()
        else:
            self._commit()

    def _fault(self) -> str:
        return name_fault(self._view.items.table, self.text(), self._old)

    def _commit(self) -> None:
        old, new = self._old, self.text()
        self._end()
        if old is not None:
            self.renamed.emit(old, new)

    def _end(self) -> None:
        if self._old is None:
            return
        self._old = None
        had_focus = self.hasFocus()
        self.hide()
        self.fault_changed.emit("")
        if had_focus:
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _check(self) -> None:
        if self._old is None:
            return
        fault = self._fault()
        self.setStyleSheet(editor_style(is_wrong=bool(fault)))
        self.fault_changed.emit(fault)
