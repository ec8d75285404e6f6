"""The tree of attributes, and how its rows are drawn: sign, word, and a dot where the model suggests."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
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
    MODEL,
    NAME,
    QUIET_ROLE,
    SAID,
    SIGN_ROLE,
    SUGGESTED_ROLE,
    JudgementModel,
)
from msdn_gui.annotate.signs import draw_sign
from msdn_gui.look.theme import theme

_ROW = 24
_MARGIN = 6
_SIGN = 18
"""How much room a sign takes before its word."""
_LONGEST = "Present, definitely"
_FIXED = QHeaderView.ResizeMode.Fixed
Index = QModelIndex | QPersistentModelIndex


class JudgementTree(QTreeView):
    """Arrow keys and clicks choose an attribute, with Shift and Ctrl several; a group stands for all of its own."""

    chosen = Signal(int)
    """The column of the attribute that the user chose."""

    def __init__(self, model: JudgementModel) -> None:
        super().__init__()
        self.setObjectName("judgements")
        self.setAccessibleName("What is said of the image's attributes")
        self._attributes = model
        self._silent = False
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
        for column, mode in ((NAME, QHeaderView.ResizeMode.Stretch), (SAID, _FIXED), (MODEL, _FIXED)):
            header.setSectionResizeMode(column, mode)
        self._fit()
        model.modelReset.connect(self.expandAll)
        model.refreshed.connect(self.viewport().update)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        """As wide as the longest word, in the font as it is."""
        said = self.fontMetrics().horizontalAdvance(_LONGEST) + _SIGN + 2 * _MARGIN + 2
        for column, width in ((SAID, said), (MODEL, 56)):
            self.header().resizeSection(column, width)

    def columns(self) -> list[int]:
        """The attributes that an edit holds for, in their own order."""
        found = {
            column
            for index in self.selectionModel().selectedRows(NAME)
            for column in self._attributes.columns_of(index)
        }
        return sorted(found)

    def show_column(self, column: int) -> None:
        """Mark this attribute as the chosen one, −1 for none."""
        index = self._attributes.index_of(column)
        if self.columns() == [column]:
            return
        self._silent = True
        try:
            if index.isValid():
                flags = QItemSelectionModel.SelectionFlag
                self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
                self.scrollTo(index)
            else:
                self.clearSelection()
        finally:
            self._silent = False

    def begin(self) -> None:
        """Choose the first attribute."""
        self.clearSelection()
        self.step(1)

    def step(self, by: int) -> bool:
        """Choose the next attribute (or the one before), past groups; whether there is one."""
        columns = [
            column
            for group in range(self._attributes.rowCount())
            for column in self._attributes.columns_of(self._attributes.index(group, NAME))
        ]
        here = self.columns()
        place = columns.index(here[-1 if by > 0 else 0]) + by if here else 0
        if not 0 <= place < len(columns):
            return False
        self.setCurrentIndex(self._attributes.index_of(columns[place]))
        return True

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        columns = self._attributes.columns_of(current)
        if not self._silent and len(columns) == 1:
            self.chosen.emit(columns[0])


class _RowDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
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
        room = QRectF(cell.rect).adjusted(_MARGIN, 0, -_MARGIN, 0)
        sign = index.data(SIGN_ROLE)
        if sign:
            draw_sign(painter, QPointF(room.left() + 6, room.center().y() + 0.5), sign, 6)
            room.setLeft(room.left() + _SIGN)
        quiet = bool(index.data(QUIET_ROLE))
        painter.setPen(colours.q("muted") if quiet else cell.palette.color(QPalette.ColorRole.Text))
        right = index.column() == MODEL
        if right and index.data(SUGGESTED_ROLE):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.q("accent"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawEllipse(QPointF(room.left() + 3, room.center().y() + 0.5), 3.5, 3.5)
            painter.setPen(colours.q("accent"))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()) + 1)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()
