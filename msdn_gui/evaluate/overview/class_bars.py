"""The classes of the test with their accuracy as bars, sortable and searchable."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_core.runs.evaluated_run import EvaluatedRun
from msdn_gui.evaluate.overview.class_model import (
    ACCURACY,
    CLASS,
    DIFFERENCE,
    IMAGES,
    OTHER,
    TAKEN_FOR,
    ClassModel,
)
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_line_edit
from msdn_gui.widgets.item_table import ItemTable
from msdn_gui.widgets.table_delegates import BarDelegate, ClassDelegate, TextDelegate


class ClassBars(QWidget):
    """A row a class; one that is chosen is chosen everywhere."""

    chosen = Signal(str)
    opened = Signal(str)
    """A class whose errors shall be shown: it was double-clicked, or Enter was pressed on it."""

    def __init__(self) -> None:
        super().__init__()
        self.model = ClassModel()
        widths = {ACCURACY: 94, OTHER: 88, DIFFERENCE: 92, IMAGES: 64, TAKEN_FOR: 150}
        self.table = ItemTable(self.model, "class_bars", widths=widths, stretch=CLASS)
        self.table.setAccessibleName("Classes")
        self.table.setItemDelegateForColumn(CLASS, ClassDelegate(self.table))
        for column in (ACCURACY, OTHER, DIFFERENCE):
            self.table.setItemDelegateForColumn(column, BarDelegate(self.table))
        self.table.setItemDelegateForColumn(TAKEN_FOR, TextDelegate(self.table, "muted"))
        self.search = make_line_edit(name="class_search", placeholder="Search classes", clearable=True)
        self.search.textChanged.connect(self._search)
        heading = QLabel("Accuracy a class")
        heading.setProperty("look", "heading")
        head = QHBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.addWidget(heading)
        head.addStretch(1)
        head.addWidget(self.search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        self.table.chosen.connect(lambda item: self.chosen.emit(self.model.name_of(item)))
        self.table.doubleClicked.connect(self._open)
        self.table.activated.connect(self._open)

    def show_runs(self, run: EvaluatedRun | None, gamma: float, other: EvaluatedRun | None, other_gamma: float) -> None:
        """Shows a run's classes at a gamma, and what another run makes of them."""
        self.model.show_runs(run, gamma, other, other_gamma)
        for column in (OTHER, DIFFERENCE):
            self.table.setColumnHidden(column, other is None)
        self.table.setColumnHidden(TAKEN_FOR, other is not None)

    def mark(self, name: str | None) -> None:
        """Marks the class that is chosen."""
        self.table.show_item(self.model.item_of(name))

    def _search(self, text: str) -> None:
        words = (f"·{word}" if word in ("seen", "unseen") else word for word in text.lower().split())
        self.model.search(" ".join(words))

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self.model.name_of(self.model.item_at(index.row())))
