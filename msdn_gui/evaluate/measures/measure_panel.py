"""A table of measurements under its heading, with a search and a line of facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from msdn_gui.evaluate.build import make_note
from msdn_gui.evaluate.measures.measure_table import NAME, MeasureTable
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_column, make_line_edit, without_margins
from msdn_gui.widgets.tables.item_table import ItemTable
from msdn_gui.widgets.tables.table_delegates import BarDelegate, TextDelegate

if TYPE_CHECKING:
    from msdn_core.runs.evaluations import Row

_WITH_DIFFERENCE = 2
"""How many measures are shown beside a difference."""


class MeasurePanel(QWidget):
    """The measurements of one run, or the difference between two."""

    def __init__(self, heading: str, model: MeasureTable, name: str, width: int) -> None:
        """``width`` is the width of a measure's column in pixels."""
        super().__init__()
        self.model = model
        widths = {**dict.fromkeys(range(1, model.difference), width), model.difference: 92, model.difference + 1: 66}
        self.table = ItemTable(model, name, widths=widths)
        self.table.setAccessibleName(heading)
        self.table.setItemDelegateForColumn(NAME, TextDelegate(self.table))
        for column in range(1, model.columnCount()):
            self.table.setItemDelegateForColumn(column, BarDelegate(self.table))
        self.heading = QLabel(heading)
        self.heading.setProperty("look", "heading")
        self.facts = make_note(f"{name}_facts")
        self.search = make_line_edit(name=f"{name}_search", placeholder=f"Search {model.things}", clearable=True)
        self.search.textChanged.connect(model.search)
        head = make_column(self.heading, self.facts, self.search, spacing=SPACING // 2)
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        layout = without_margins(QVBoxLayout(self), SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)

    def show_rows(self, rows: list[Row], other: list[Row] | None) -> None:
        """Show the measurements of a run, and the gain of another."""
        self.model.show_rows(rows, other)
        self.table.setColumnHidden(self.model.difference, other is None)
        # Beside another run, the less important measures make room for the names.
        for column in range(_WITH_DIFFERENCE + 1, self.model.difference):
            self.table.setColumnHidden(column, other is not None)
