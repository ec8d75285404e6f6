"""A table of what was measured under its heading, with a search and a line of facts."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from msdn_core.runs.evaluations import Row
from msdn_gui.evaluate.measures.measure_table import NAME, MeasureTable
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.widgets.build import make_label, make_line_edit
from msdn_gui.widgets.item_table import ItemTable
from msdn_gui.widgets.table_delegates import BarDelegate, TextDelegate

_BESIDE = 2
"""How many measures stand beside a difference."""


class MeasurePanel(QWidget):
    """``width`` is that of a measure's column, in pixels; beside another run, the difference comes to them."""

    def __init__(self, heading: str, model: MeasureTable, name: str, width: int) -> None:
        super().__init__()
        self.model = model
        columns = model.columnCount()
        widths = {**dict.fromkeys(range(1, model.difference), width), model.difference: 92, model.difference + 1: 66}
        self.table = ItemTable(model, name, widths=widths)
        self.table.setAccessibleName(heading)
        self.table.setItemDelegateForColumn(NAME, TextDelegate(self.table))
        for column in range(1, columns):
            self.table.setItemDelegateForColumn(column, BarDelegate(self.table))
        self.heading = QLabel(heading)
        self.heading.setProperty("look", "heading")
        self.facts = make_label(name=f"{name}_facts", wrap=True)
        self.facts.setProperty("look", "muted")
        self.facts.setFont(small_font())
        self.search = make_line_edit(name=f"{name}_search", placeholder="Search", clearable=True)
        self.search.textChanged.connect(model.search)
        head = QVBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.setSpacing(SPACING // 2)
        for widget in (self.heading, self.facts, self.search):
            head.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)

    def show_rows(self, rows: list[Row], other: list[Row] | None) -> None:
        """Shows a run's rows, and what another run gains."""
        self.model.show_rows(rows, other)
        self.table.setColumnHidden(self.model.difference, other is None)
        # Beside another run there is room for the names only if the less important measures make it.
        for column in range(_BESIDE + 1, self.model.difference):
            self.table.setColumnHidden(column, other is not None)
