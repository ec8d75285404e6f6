"""Find values and replace them: by a number, a comparison or a range, in the chosen cells or in all that are shown."""

from __future__ import annotations

import re

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from msdn_core.domain.attributes import BoolArray, FloatArray
from msdn_gui.classes.table.numbers import CellError, parse_value
from msdn_gui.classes.table.view import ClassTableView
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_label, make_line_edit

_WAYS = {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}
_WIDTH = 132


def matching(values: FloatArray, asked: str, value_range: tuple[float, float]) -> BoolArray:
    """Which of (m, k) values fit ``0.5``, ``<0.2``, ``>=0.5`` or ``0.2..0.4``; CellError where it is none of these.

    A number finds the values that are shown as it, so 0.83 finds 0.8333.
    """
    compared = re.fullmatch(r"\s*(<=|>=|<|>|≤|≥)(.*)", asked)
    if compared is not None:
        bound, way = parse_value(compared[2], value_range), compared[1].replace("≤", "<=").replace("≥", ">=")
        return np.asarray(_WAYS[way](values, bound))
    low, is_range, high = asked.partition("..")
    if is_range:
        return np.asarray((values >= parse_value(low, value_range)) & (values <= parse_value(high, value_range)))
    number, text = parse_value(asked, value_range), asked.strip().replace(",", ".")
    decimals = len(text.partition(".")[2])
    return np.asarray(np.abs(values - number) <= (0.5 * 10.0**-decimals if decimals else 1e-12))


class FindBar(QWidget):
    """Enter in the first line goes to the next match; Escape closes the bar."""

    replace_asked = Signal(object, float)
    """The (m, k) mask of the shown cells, and the number they shall have."""

    def __init__(self, view: ClassTableView) -> None:
        super().__init__()
        self.setObjectName("find_bar")
        self._view = view
        self.find = _line("find_value", "Find, e.g. 0.5, <0.2", "A number, <0.2, >=0.5, or a range as 0.2..0.4")
        self.value = _line("replace_value", "Replace by", "The number that all cells found shall have")
        self.next = make_button("Next", name="find_next")
        self.all = make_button("Replace all", name="replace_all")
        self.said = make_label(name="find_said")
        self.said.setProperty("look", "muted")
        self.said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        close = make_button("Close", name="close_find")
        close.setProperty("look", "quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        row.setSpacing(SPACING)
        for widget in (self.find, self.next, self.value, self.all):
            row.addWidget(widget)
        row.addWidget(self.said, 1)
        row.addWidget(close)
        self.find.textChanged.connect(self.refresh)
        self.value.textChanged.connect(self.refresh)
        self.find.returnPressed.connect(self._go_on)
        self.next.clicked.connect(self._go_on)
        self.value.returnPressed.connect(self._replace)
        self.all.clicked.connect(self._replace)
        close.clicked.connect(self._close)
        for changed in (view.items.dataChanged, view.items.modelReset, view.items.rowsInserted, view.items.rowsRemoved):
            changed.connect(self.refresh)
        view.chosen.connect(self.refresh)
        self.hide()

    def begin(self) -> None:
        """Shows the bar, ready to type in."""
        self.show()
        self.find.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.find.selectAll()
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Say how many cells are found, and whether they can be replaced."""
        if not self.isVisible():
            return
        mask, fault = self._found()
        count = int(np.count_nonzero(mask)) if mask is not None else 0
        value = self._value()
        editable = self._view.items.editable
        self.next.setEnabled(count > 0 and not self._in_choice())
        self.all.setEnabled(count > 0 and value is not None and editable)
        where = "among the chosen cells" if self._in_choice() else "in the table as it is shown"
        if fault:
            self.said.setText(fault)
        elif isinstance(value, CellError):
            self.said.setText(str(value))
            self.all.setEnabled(False)
        else:
            self.said.setText("" if mask is None else f"{count:,} found {where}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
            return
        super().keyPressEvent(event)

    def _in_choice(self) -> bool:
        parts = self._view.selectionModel().selection()
        return len(parts) > 1 or any(part.height() * part.width() > 1 for part in parts)

    def _found(self) -> tuple[BoolArray | None, str]:
        model, asked = self._view.items, self.find.text()
        if not asked.strip() or not model.rowCount() or not model.columnCount():
            return None, ""
        try:
            mask = matching(model.values(slice(None), slice(None)), asked, model.table.value_range)
        except CellError as fault:
            return None, str(fault)
        mask &= ~model.folded_columns()
        return (mask & self._view.chosen_cells() if self._in_choice() else mask), ""

    def _value(self) -> float | CellError | None:
        if not self.value.text().strip():
            return None
        try:
            return parse_value(self.value.text(), self._view.items.table.value_range)
        except CellError as fault:
            return fault

    def _go_on(self) -> None:
        mask, _ = self._found()
        if mask is None or not self.next.isEnabled():
            return
        current, width = self._view.currentIndex(), mask.shape[1]
        places = np.flatnonzero(mask)
        here = current.row() * width + current.column() if current.isValid() else -1
        at = int(np.searchsorted(places, here, side="right")) % len(places)
        row, column = divmod(int(places[at]), width)
        self._view.show_cell(row, column)

    def _replace(self) -> None:
        mask, _ = self._found()
        value = self._value()
        if self.all.isEnabled() and mask is not None and isinstance(value, float):
            self.replace_asked.emit(mask, value)

    def _close(self) -> None:
        self.hide()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)


def _line(name: str, placeholder: str, hint: str) -> QLineEdit:
    line = make_line_edit(name=name, placeholder=placeholder, clearable=True)
    line.setFixedWidth(_WIDTH)
    line.setAccessibleName(placeholder.partition(",")[0])
    line.setToolTip(hint)
    return line
