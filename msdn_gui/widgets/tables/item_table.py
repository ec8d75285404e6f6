"""A view of an ``OrderedTable`` that keeps one item selected, whatever the order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

if TYPE_CHECKING:
    from msdn_gui.widgets.index import Index
    from msdn_gui.widgets.tables.ordered_table import OrderedTable

ROW_HEIGHT = 24


class ItemTable(QTableView):
    """Selects whole rows, by mouse or arrow keys; Ctrl+C copies the selected row as text."""

    chosen = Signal(int)
    """The item that a person selected."""

    def __init__(
        self,
        model: OrderedTable,
        name: str,
        *,
        widths: dict[int, int],
        stretch: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._items = model
        self._item = -1
        self._silent = False
        model.setParent(self)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStyleSheet("QHeaderView::up-arrow, QHeaderView::down-arrow { image: none; width: 0; height: 0; }")
        header.setMinimumSectionSize(24)
        for column in range(model.columnCount()):
            mode = QHeaderView.ResizeMode.Stretch if column == stretch else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(column, mode)
            if column in widths:
                header.resizeSection(column, widths[column])
        header.setSortIndicator(model.sort_column, model.sort_order)
        self.setSortingEnabled(True)
        model.modelReset.connect(self._on_model_reset)
        model.layoutChanged.connect(self._select_item)

    @property
    def items(self) -> OrderedTable:
        """The table's model."""
        return self._items

    def show_item(self, item: int) -> None:
        """Select an item without emitting ``chosen``; −1 selects none."""
        self._item = item
        self._select_item()

    def step(self, by: int) -> None:
        """Select the row ``by`` rows further down."""
        rows = self._items.rowCount()
        if rows:
            current = self.currentIndex()
            row = current.row() + by if current.isValid() else 0
            self.setCurrentIndex(self._items.index(min(max(row, 0), rows - 1), 0))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if not self._silent and current.isValid():
            item = self._items.item_at(current.row())
            if item != self._item:
                self._item = item
                self.chosen.emit(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            if self.currentIndex().isValid():
                QGuiApplication.clipboard().setText(self._items.row_text(self.currentIndex().row()))
            event.accept()
            return
        super().keyPressEvent(event)

    def _on_model_reset(self) -> None:
        self._select_item()
        if not self.currentIndex().isValid():
            self.scrollToTop()

    def _select_item(self) -> None:
        row = self._items.row_of(self._item) if self._item >= 0 else -1
        self._silent = True
        try:
            if row < 0:
                self.clearSelection()
                self.setCurrentIndex(QModelIndex())
            elif row != self.currentIndex().row() or not self.selectionModel().isRowSelected(row):
                self.setCurrentIndex(self._items.index(row, 0))
            elif not self.viewport().rect().contains(QPoint(1, self.rowViewportPosition(row))):
                self.scrollTo(self._items.index(row, 0))
        finally:
            self._silent = False
