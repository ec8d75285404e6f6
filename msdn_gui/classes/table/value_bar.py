"""The line above the table: which cell is chosen, its value to read and to set, and what is wrong with a typed one."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from msdn_gui.classes.table.blocks import sized
from msdn_gui.classes.table.numbers import CellError, exact, parse_value
from msdn_gui.classes.table.view import ClassTableView
from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_label, make_line_edit
from msdn_gui.widgets.elided_label import ElidedLabel


class ValueBar(QWidget):
    """Enter gives all chosen cells the number that stands in the line."""

    entered = Signal(float)

    def __init__(self, view: ClassTableView) -> None:
        super().__init__()
        self._view = view
        self.where = ElidedLabel(name="chosen_cells")
        self.where.setFixedWidth(300)
        self.line = make_line_edit(name="value_line", alignment=Qt.AlignmentFlag.AlignRight)
        self.line.setFixedWidth(152)
        self.line.setAccessibleName("Value of the chosen cells")
        self.line.setToolTip("The exact value; type another one and press Enter to give it to all chosen cells")
        self._sign = QLabel()
        self.fault = make_label(name="value_fault", wrap=True)
        self.fault.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        row.setSpacing(SPACING)
        row.addWidget(self.where)
        row.addWidget(self.line)
        row.addWidget(self._sign)
        row.addWidget(self.fault, 1)
        self.line.textEdited.connect(lambda _: self.say(self._line_fault()))
        self.line.returnPressed.connect(self._enter)
        self.line.editingFinished.connect(self.refresh)
        view.chosen.connect(self.refresh)
        for changed in (view.items.dataChanged, view.items.modelReset, view.items.headerDataChanged):
            changed.connect(self.refresh)
        theme().changed.connect(self._recolour)
        self._recolour()
        self.refresh()

    def say(self, fault: str) -> None:
        """Say what is wrong with what is being typed; an empty text takes it away."""
        self.fault.setText(fault)
        self._sign.setVisible(bool(fault))

    def refresh(self, *_: object) -> None:
        """Show what is chosen now."""
        view, model = self._view, self._view.items
        current, parts = view.currentIndex(), view.selectionModel().selection()
        self.line.setReadOnly(not model.editable)
        self.line.setEnabled(current.isValid())
        if self.line.hasFocus() and self.line.isModified() and self._line_fault():
            return
        self.say("")
        self.line.setPlaceholderText("")
        if not current.isValid() or current.row() >= model.rowCount() or current.column() >= model.columnCount():
            self.where.setText("No cell is chosen")
            self.line.clear()
            return
        if len(parts) == 1 and parts[0].height() == parts[0].width() == 1:
            attribute = model.table.attributes[model.attribute_at(current.row(), current.column())]
            highest = "Highest: " if model.is_folded(current.column()) else ""
            self.where.setText(f"{highest}{attribute.full_name} of {model.class_at(current.row())}")
            self._show_value(str(current.data(Qt.ItemDataRole.EditRole)))
            return
        cells = view.chosen_cells()
        rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
        block = cells[np.ix_(rows, columns)]
        count = int(block.sum())
        size = sized(len(rows), len(columns)) if block.all() else f"{count:,} cells"
        self.where.setText(f"{size} chosen")
        values = model.values(rows, columns)[block]
        if count and (values == values[0]).all():
            self._show_value(exact(float(values[0])))
        else:
            self.line.clear()
            self.line.setPlaceholderText("several" if count else "")

    def _show_value(self, text: str) -> None:
        self.line.setText(text)
        # A long number shows its first digits.
        self.line.setCursorPosition(0)

    def _recolour(self) -> None:
        self.fault.setStyleSheet(f"color: {theme().colours.error};")
        self._sign.setPixmap(icon_pixmap("error", 16, "error", self.devicePixelRatioF()))

    def _line_fault(self) -> str:
        try:
            parse_value(self.line.text(), self._view.items.table.value_range)
        except CellError as fault:
            return str(fault)
        return ""

    def _enter(self) -> None:
        fault = self._line_fault()
        if fault or not self._view.items.editable:
            self.say(fault)
            return
        value = parse_value(self.line.text(), self._view.items.table.value_range)
        self.line.setModified(False)
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.entered.emit(value)
