"""The line above the table: which cells are selected, their value, and what is wrong with a typed one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from msdn_core.domain.display_names import attribute_text, class_text
from msdn_gui.classes.values.blocks import sized
from msdn_gui.classes.values.numbers import CellError, exact, parse_value
from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_label, make_line_edit, make_row
from msdn_gui.widgets.elided_label import ElidedLabel

if TYPE_CHECKING:
    from msdn_gui.classes.table.view import ClassTableView


class ValueBar(QWidget):
    """Enter gives all selected cells the number in the line."""

    entered = Signal(float)

    def __init__(self, view: ClassTableView) -> None:
        super().__init__()
        self._view = view
        self.where = ElidedLabel(name="selected_cells")
        self.where.setFixedWidth(300)
        self.line = make_line_edit(name="value_line", alignment=Qt.AlignmentFlag.AlignRight)
        self.line.setFixedWidth(152)
        self.line.setAccessibleName("Value of the selected cells")
        self.line.setToolTip("The exact value; type a number and press Enter to set all selected cells")
        self._sign = QLabel()
        self.fault = make_label(name="value_fault", wrap=True)
        self.fault.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = make_row(self.where, self.line, self._sign, spacing=SPACING)
        row.addWidget(self.fault, 1)
        row.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        self.setLayout(row)
        self.line.textEdited.connect(lambda _: self.show_fault(self._line_fault()))
        self.line.returnPressed.connect(self._enter)
        self.line.editingFinished.connect(self.refresh)
        view.cells_selected.connect(self.refresh)
        for changed in (view.items.dataChanged, view.items.modelReset, view.items.headerDataChanged):
            changed.connect(self.refresh)
        theme().changed.connect(self._update_colours)
        self._update_colours()
        self.refresh()

    def show_fault(self, fault: str) -> None:
        """Show what is wrong with what is being typed; an empty text removes it."""
        if fault == self.fault.text() and bool(fault) == self._sign.isVisibleTo(self):
            return
        self.fault.setText(fault)
        self._sign.setVisible(bool(fault))

    def refresh(self, *_: object) -> None:
        """Show the selected cells."""
        view, model = self._view, self._view.items
        current, parts = view.currentIndex(), view.selected_ranges()
        self.line.setReadOnly(not model.editable)
        self.line.setEnabled(current.isValid())
        if self.line.hasFocus() and self.line.isModified() and self._line_fault():
            return
        self.show_fault("")
        self.line.setPlaceholderText("")
        if not current.isValid() or current.row() >= model.rowCount() or current.column() >= model.columnCount():
            self.where.setText("No cells selected")
            self.line.clear()
            return
        if len(parts) == 1 and parts[0].height() == parts[0].width() == 1:
            attribute = model.table.attributes[model.attribute_at(current.row(), current.column())]
            highest = "Highest: " if model.is_folded(current.column()) else ""
            name = class_text(model.class_at(current.row()))
            self.where.setText(f"{highest}{attribute_text(attribute)} · {name}")
            self._set_text(str(current.data(Qt.ItemDataRole.EditRole)))
            return
        self._show_block()

    def _show_block(self) -> None:
        cells = self._view.selected_cells()
        rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
        block = cells[np.ix_(rows, columns)]
        count = int(block.sum())
        size = sized(len(rows), len(columns)) if block.all() else f"{count:,} cells"
        self.where.setText(f"{size} selected")
        values = self._view.items.values(rows, columns)[block]
        if count and (values == values[0]).all():
            self._set_text(exact(float(values[0])))
        else:
            self.line.clear()
            self.line.setPlaceholderText("Several values" if count else "")

    def _set_text(self, text: str) -> None:
        if text != self.line.text():
            self.line.setText(text)
        self.line.setModified(False)
        # A long number shows its first digits.
        self.line.setCursorPosition(0)

    def _update_colours(self) -> None:
        self.fault.setStyleSheet(f"color: {theme().colours.error};")
        self._sign.setPixmap(icon_pixmap("error", 16, "error", self.devicePixelRatioF()))

    def _line_fault(self) -> str:
        try:
            parse_value(self.line.text(), self._view.items.table.value_range)
        except CellError as error:
            return str(error)
        return ""

    def _enter(self) -> None:
        fault = self._line_fault()
        if fault or not self._view.items.editable:
            self.show_fault(fault)
            return
        value = parse_value(self.line.text(), self._view.items.table.value_range)
        self.line.setModified(False)
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.entered.emit(value)
