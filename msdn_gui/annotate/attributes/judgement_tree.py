"""The tree of attributes, and how its rows are drawn: a sign, a text, and a dot for a suggestion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from msdn_gui.annotate.attributes.judgement_model import (
    JUDGEMENT,
    MODEL,
    MUTED_ROLE,
    NAME,
    SIGN_ROLE,
    SUGGESTED_ROLE,
    JudgementModel,
)
from msdn_gui.annotate.signs import draw_sign
from msdn_gui.look.theme import theme

if TYPE_CHECKING:
    from msdn_gui.widgets.index import Index

_ROW = 24
_MARGIN = 6
_SIGN_WIDTH = 18
"""Width of a sign with the gap after it."""
_LONGEST = "Present, definitely"
_FIXED = QHeaderView.ResizeMode.Fixed


class JudgementTree(QTreeView):
    """Arrow keys and clicks select an attribute, with Shift and Ctrl several; a group selects all of its attributes."""

    chosen = Signal(int)
    """The column of the attribute that the person selected."""

    def __init__(self, model: JudgementModel) -> None:
        super().__init__()
        self.setObjectName("judgements")
        self.setAccessibleName("Judgements of the image's attributes")
        self._attributes = model
        self._is_silent = False
        model.setParent(self)
        self.setModel(model)
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setItemDelegate(_RowDelegate(self))
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(40)
        for column, mode in ((NAME, QHeaderView.ResizeMode.Stretch), (JUDGEMENT, _FIXED), (MODEL, _FIXED)):
            header.setSectionResizeMode(column, mode)
        self._fit_columns()
        model.modelReset.connect(self.expandAll)
        model.refreshed.connect(self.viewport().update)

    def changeEvent(self, event: QEvent) -> None:
        """Fit the columns to another font."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit_columns()

    def _fit_columns(self) -> None:
        """Make columns as wide as the longest text in the present font."""
        judgement = self.fontMetrics().horizontalAdvance(_LONGEST) + _SIGN_WIDTH + 2 * _MARGIN + 2
        for column, width in ((JUDGEMENT, judgement), (MODEL, 56)):
            self.header().resizeSection(column, width)

    def columns(self) -> list[int]:
        """Return the columns of the selected attributes, ascending."""
        found = {
            column
            for index in self.selectionModel().selectedRows(NAME)
            for column in self._attributes.columns_of(index)
        }
        return sorted(found)

    def show_column(self, column: int) -> None:
        """Show an attribute as the selected one, −1 for none."""
        index = self._attributes.index_of(column)
        if self.columns() == [column]:
            return
        self._is_silent = True
        try:
            if index.isValid():
                flags = QItemSelectionModel.SelectionFlag
                self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
                self.scrollTo(index)
            else:
                self.clearSelection()
        finally:
            self._is_silent = False

    def begin(self) -> None:
        """Select the first attribute."""
        self.clearSelection()
        self.step(1)

    def step(self, by: int) -> bool:
        """Select the next attribute (−1: the previous one), skipping groups; return whether there is one."""
        columns = [
            column
            for group in range(self._attributes.rowCount())
            for column in self._attributes.columns_of(self._attributes.index(group, NAME))
        ]
        selected = self.columns()
        position = columns.index(selected[-1 if by > 0 else 0]) + by if selected else 0
        if not 0 <= position < len(columns):
            return False
        self.setCurrentIndex(self._attributes.index_of(columns[position]))
        return True

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Report an attribute that the person selected."""
        super().currentChanged(current, previous)
        columns = self._attributes.columns_of(current)
        if not self._is_silent and len(columns) == 1:
            self.chosen.emit(columns[0])


class _RowDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the size of a row."""
        return QSize(super().sizeHint(option, index).width(), _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw sign, text and dot."""
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        text, cell.text = cell.text, ""
        cell.state &= ~QStyle.StateFlag.State_HasFocus
        style = cell.widget.style() if cell.widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, cell, painter, cell.widget)
        painter.save()
        colours = theme().colours
        font = cell.font
        font.setBold(not index.internalId() and index.column() == NAME)
        painter.setFont(font)
        area = QRectF(cell.rect).adjusted(_MARGIN, 0, -_MARGIN, 0)
        sign = index.data(SIGN_ROLE)
        if sign:
            draw_sign(painter, QPointF(area.left() + 6, area.center().y() + 0.5), sign, 6)
            area.setLeft(area.left() + _SIGN_WIDTH)
        is_muted = bool(index.data(MUTED_ROLE))
        painter.setPen(colours.q("muted") if is_muted else cell.palette.color(QPalette.ColorRole.Text))
        is_score = index.column() == MODEL
        if is_score and index.data(SUGGESTED_ROLE):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.q("accent"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawEllipse(QPointF(area.left() + 3, area.center().y() + 0.5), 3.5, 3.5)
            painter.setPen(colours.q("accent"))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()) + 1)
        side = Qt.AlignmentFlag.AlignRight if is_score else Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()
