"""Per-class accuracy as a table with bars, sortable and searchable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from msdn_core.domain.text_search import search_words
from msdn_gui.evaluate.overview.class_model import (
    ACCURACY,
    CLASS,
    DIFFERENCE,
    IMAGES,
    OTHER,
    PREDICTED_AS,
    ClassModel,
)
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_line_edit, make_row, without_margins
from msdn_gui.widgets.tables.item_table import ItemTable
from msdn_gui.widgets.tables.table_delegates import BarDelegate, ClassDelegate, TextDelegate

if TYPE_CHECKING:
    from msdn_core.runs.evaluated_run import EvaluatedRun


class ClassBars(QWidget):
    """One row per class; the class that is selected here is selected everywhere."""

    selected = Signal(str)
    opened = Signal(str)
    """A class that was double-clicked or on which Enter was pressed, to show its errors."""

    def __init__(self) -> None:
        super().__init__()
        self.model = ClassModel()
        widths = {ACCURACY: 94, OTHER: 88, DIFFERENCE: 92, IMAGES: 64, PREDICTED_AS: 150}
        self.table = ItemTable(self.model, "class_bars", widths=widths, stretch=CLASS)
        self.table.setAccessibleName("Classes")
        self.table.setItemDelegateForColumn(CLASS, ClassDelegate(self.table))
        for column in (ACCURACY, OTHER, DIFFERENCE):
            self.table.setItemDelegateForColumn(column, BarDelegate(self.table))
        self.table.setItemDelegateForColumn(PREDICTED_AS, TextDelegate(self.table, "muted"))
        self.search = make_line_edit(name="class_search", placeholder="Search classes", clearable=True)
        self.search.setToolTip("Words of a class name; seen or unseen")
        self.search.textChanged.connect(self._on_search_changed)
        heading = QLabel("Per-class accuracy")
        heading.setProperty("look", "heading")
        head = make_row(heading, self.search)
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.insertStretch(1, 1)
        layout = without_margins(QVBoxLayout(self), SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        self.table.chosen.connect(lambda item: self.selected.emit(self.model.name_of(item)))
        self.table.doubleClicked.connect(self._open)
        self.table.activated.connect(self._open)

    def show_runs(self, run: EvaluatedRun | None, gamma: float, other: EvaluatedRun | None, other_gamma: float) -> None:
        """Show the classes of a run at a gamma, and the accuracy of another run."""
        self.model.show_runs(run, gamma, other, other_gamma)
        for column in (OTHER, DIFFERENCE):
            self.table.setColumnHidden(column, other is None)
        self.table.setColumnHidden(PREDICTED_AS, other is not None)

    def show_class(self, name: str | None) -> None:
        """Mark the class that is selected."""
        self.table.show_item(self.model.item_of(name))

    def _on_search_changed(self, text: str) -> None:
        words = (f"·{word}" if word in ("seen", "unseen") else word for word in search_words(text))
        self.model.search(" ".join(words))

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self.model.name_of(self.model.item_at(index.row())))
