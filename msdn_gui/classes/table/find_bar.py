"""Find and replace values: a number, a comparison or a range, in the selected cells or in all that are shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from msdn_core.importers.readers.cell_values import plain_number
from msdn_gui.classes.values.numbers import CellError, parse_value
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_label, make_line_edit, make_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent

    from msdn_core.domain.attributes import BoolArray, FloatArray
    from msdn_gui.classes.table.view import ClassTableView

_COMPARISONS: dict[str, Callable[[FloatArray, float], BoolArray]] = {
    "<": lambda values, bound: np.asarray(values < bound),
    ">": lambda values, bound: np.asarray(values > bound),
    "<=": lambda values, bound: np.asarray(values <= bound),
    ">=": lambda values, bound: np.asarray(values >= bound),
}
_WIDTH = 132


def matching(values: FloatArray, query: str, value_range: tuple[float, float]) -> BoolArray:
    """Return which of (m, k) values match ``0.5``, ``<0.2``, ``>=0.5`` or ``0.2..0.4``; CellError for other texts.

    A number matches the values that are rounded to it: 0.83 matches 0.8333.
    """
    compared = re.fullmatch(r"\s*(<=|>=|<|>|≤|≥)(.*)", query)
    if compared is not None:
        sign = compared[1].replace("≤", "<=").replace("≥", ">=")
        return _COMPARISONS[sign](values, parse_value(compared[2], value_range))
    low, is_range, high = query.partition("..")
    if is_range:
        return np.asarray((values >= parse_value(low, value_range)) & (values <= parse_value(high, value_range)))
    number = parse_value(query, value_range)
    decimals = len(plain_number(query).partition(".")[2])
    return np.asarray(np.abs(values - number) <= (0.5 * 10.0**-decimals if decimals else 1e-12))


class FindBar(QWidget):
    """Enter in the first line selects the next match; Escape closes the bar."""

    replace_requested = Signal(object, float)
    """The (m, k) mask of the shown cells, and their new value."""

    def __init__(self, view: ClassTableView) -> None:
        super().__init__()
        self.setObjectName("find_bar")
        self._view = view
        self.query = _line("find_value", "Find, e.g. 0.5, <0.2", "A number, <0.2, >=0.5, or a range such as 0.2..0.4")
        self.value = _line("replace_value", "Replace with", "The new value of all matching cells")
        self.next = make_button("Next", name="find_next")
        self.all = make_button("Replace all", name="replace_all")
        self.status = make_label(name="find_status")
        self.status.setProperty("look", "muted")
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        close = make_button("Close", name="close_find")
        close.setProperty("look", "quiet")
        row = make_row(self.query, self.next, self.value, self.all, spacing=SPACING)
        row.addWidget(self.status, 1)
        row.addWidget(close)
        row.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        self.setLayout(row)
        self.query.textChanged.connect(self.refresh)
        self.value.textChanged.connect(self.refresh)
        self.query.returnPressed.connect(self._select_next)
        self.next.clicked.connect(self._select_next)
        self.value.returnPressed.connect(self._replace)
        self.all.clicked.connect(self._replace)
        close.clicked.connect(self._close)
        for changed in (view.items.dataChanged, view.items.modelReset, view.items.rowsInserted, view.items.rowsRemoved):
            changed.connect(self.refresh)
        view.cells_selected.connect(self.refresh)
        self.hide()

    def begin(self) -> None:
        """Show the bar and focus its first line."""
        self.show()
        self.query.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.query.selectAll()
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Show how many cells match, and whether they can be replaced."""
        if not self.isVisible():
            return
        mask, fault = self._matches()
        count = int(np.count_nonzero(mask)) if mask is not None else 0
        value = self._value()
        in_selection = self._is_block_selected()
        self.next.setEnabled(count > 0 and not in_selection)
        self.all.setEnabled(count > 0 and isinstance(value, float) and self._view.items.editable)
        if fault or isinstance(value, CellError):
            self.status.setText(fault or str(value))
        elif mask is None:
            self.status.setText("")
        else:
            matches = "No matches" if not count else "1 match" if count == 1 else f"{count:,} matches"
            self.status.setText(f"{matches} in the {'selected' if in_selection else 'shown'} cells")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the bar by Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._close()
            return
        super().keyPressEvent(event)

    def _is_block_selected(self) -> bool:
        parts = self._view.selected_ranges()
        return len(parts) > 1 or any(part.height() * part.width() > 1 for part in parts)

    def _matches(self) -> tuple[BoolArray | None, str]:
        """Return the mask of matching cells, or None and what is wrong with the query."""
        model, query = self._view.items, self.query.text()
        if not query.strip() or not model.rowCount() or not model.columnCount():
            return None, ""
        try:
            mask = matching(model.values(slice(None), slice(None)), query, model.table.value_range)
        except CellError as error:
            return None, str(error)
        mask &= ~model.folded_columns()
        return (mask & self._view.selected_cells() if self._is_block_selected() else mask), ""

    def _value(self) -> float | CellError | None:
        if not self.value.text().strip():
            return None
        try:
            return parse_value(self.value.text(), self._view.items.table.value_range)
        except CellError as error:
            return error

    def _select_next(self) -> None:
        mask, _ = self._matches()
        if mask is None or not self.next.isEnabled():
            return
        current, width = self._view.currentIndex(), mask.shape[1]
        places = np.flatnonzero(mask)
        here = current.row() * width + current.column() if current.isValid() else -1
        at = int(np.searchsorted(places, here, side="right")) % len(places)
        row, column = divmod(int(places[at]), width)
        self._view.show_cell(row, column)

    def _replace(self) -> None:
        mask, _ = self._matches()
        value = self._value()
        if self.all.isEnabled() and mask is not None and isinstance(value, float):
            self.replace_requested.emit(mask, value)

    def _close(self) -> None:
        self.hide()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)


def _line(name: str, placeholder: str, hint: str) -> QLineEdit:
    line = make_line_edit(name=name, placeholder=placeholder, clearable=True)
    line.setFixedWidth(_WIDTH)
    line.setAccessibleName(placeholder.partition(",")[0])
    line.setToolTip(hint)
    return line
