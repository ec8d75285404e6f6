"""A plain table of texts to select rows from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from msdn_gui.widgets.build import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_gui.widgets.index import Index


class TextTableModel(QAbstractTableModel):
    """Rows of texts; all columns but the first are aligned right."""

    def __init__(self, headings: tuple[str, ...], tips: tuple[str, ...]) -> None:
        super().__init__()
        self._headings, self._tips = headings, tips
        self.rows: Sequence[tuple[str, ...]] = []
        self._row_tips: Sequence[str] = []

    def show_rows(self, rows: Sequence[tuple[str, ...]], tips: Sequence[str] = ()) -> None:
        """Show rows; ``tips`` are tooltips of the first column, for example raw names."""
        self.beginResetModel()
        self.rows, self._row_tips = rows, tips
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a cell."""
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 0 and index.row() < len(self._row_tips):
            return self._row_tips[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the heading of a column and its tooltip."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tips[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None


def make_text_table(model: TextTableModel, name: str, accessible: str, widths: tuple[int, ...]) -> QTableView:
    """Return a view of a table of texts; the first column takes what the ``widths`` of the others leave."""
    view = named(QTableView(), name)
    view.setAccessibleName(accessible)
    model.setParent(view)
    view.setModel(model)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    # Aligns the texts with the headings.
    view.setStyleSheet("QTableView::item { padding: 0 5px; }")
    view.verticalHeader().hide()
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.verticalHeader().setDefaultSectionSize(24)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column, width in enumerate(widths, start=1):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(column, width)
    return view


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
