"""The view of the class table: heat, numbers and selection, painted for all visible cells at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QPointF,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from msdn_gui.classes.table.headers import AttributeHeader, ClassHeader
from msdn_gui.classes.table.value_delegate import ValueDelegate
from msdn_gui.classes.values.heat import heat_image
from msdn_gui.classes.values.numbers import shown
from msdn_gui.look.theme import theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray
    from msdn_gui.classes.table.model import ClassTableModel
    from msdn_gui.widgets.index import Index

ROW_HEIGHT = 24
_PADDING = 7
_FLAG = QItemSelectionModel.SelectionFlag


class ClassTableView(QTableView):
    """All cells have one size, so that positions on the screen are computed, not looked up."""

    cells_selected = Signal()
    """The current cell or the selected cells changed."""

    def __init__(self, model: ClassTableModel) -> None:
        super().__init__()
        self.setObjectName("class_table")
        self.setAccessibleName("Class table")
        self.setAccessibleDescription("Classes by attributes; type a number to change a cell")
        self.items = model
        model.setParent(self)
        self._heat = True
        self._text_widths: dict[str, float] = {}
        self.classes, self.attributes = ClassHeader(model), AttributeHeader(model)
        self.corner = QWidget(self)
        """Where the headers meet."""
        self.setVerticalHeader(self.classes)
        self.setHorizontalHeader(self.attributes)
        self.setCornerButtonEnabled(False)
        self.setModel(model)
        self.values = ValueDelegate(model, self)
        self.setItemDelegate(self.values)
        self._configure()
        self._fit_columns()
        self.attributes.group_pressed.connect(self._select_columns)
        self.attributes.fold_requested.connect(self.fold)
        self.attributes.sectionDoubleClicked.connect(self.sort)
        self.horizontalScrollBar().valueChanged.connect(lambda _: self.attributes.viewport().update())
        self.values.entered.connect(lambda: self._step(1))
        model.modelReset.connect(self._fit_columns)
        model.range_changed.connect(self._fit_columns)
        theme().changed.connect(self.viewport().update)

    def _configure(self) -> None:
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.DoubleClicked | trigger.EditKeyPressed | trigger.AnyKeyPressed)
        for header in (self.classes, self.attributes):
            header.setMinimumSectionSize(ROW_HEIGHT)
        self.classes.setDefaultSectionSize(ROW_HEIGHT)

    # The selection

    def selected_cells(self) -> BoolArray:
        """Return an (m, k) mask of the selected cells among those that are shown."""
        mask = np.zeros((self.items.rowCount(), self.items.columnCount()), dtype=np.bool_)
        for part in self.selected_ranges():
            mask[part.top() : part.bottom() + 1, part.left() : part.right() + 1] = True
        return mask

    def selected_ranges(self) -> list[QItemSelectionRange]:
        """Return the rectangles that the selection consists of."""
        return _ranges(self.selectionModel().selection())

    def select_block(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> None:
        """Select the cells from the first to the last of rows and columns."""
        self._select(int(rows[0]), int(columns[0]), int(rows[-1]), int(columns[-1]))

    def selected_classes(self) -> list[str]:
        """Return the classes with a selected cell, in the order of the view."""
        return [self.items.class_at(row) for row in np.flatnonzero(self.selected_cells().any(axis=1)).tolist()]

    def show_cell(self, row: int, column: int) -> None:
        """Select only this cell and scroll to it; −1 keeps the row or the column."""
        current = self.currentIndex()
        row = row if row >= 0 else max(current.row(), 0)
        column = column if column >= 0 else max(current.column(), 0)
        index = self.items.index(row, column)
        if index.isValid() and index != current:
            self.setCurrentIndex(index)

    def sort(self, column: int = -1) -> None:
        """Sort by a column (the current one): highest first, then lowest first, then in the table's order."""
        items = self.items
        column = column if column >= 0 else self.currentIndex().column()
        if not 0 <= column < items.columnCount():
            return
        attribute, now = int(items.columns[column]), items.sorted_by
        if now == (attribute, False):
            items.sort_by(-1)
        else:
            items.sort_by(attribute, highest_first=now != (attribute, True))
        self.show_cell(-1, column)

    def fold(self, group: str = "") -> None:
        """Fold a group (that of the current cell), or unfold it."""
        current = self.currentIndex().column()
        group = group or (self.items.group_at(current) if current >= 0 else "")
        if group:
            self.items.fold(self.items.folded ^ {group})

    def fold_all(self) -> None:
        """Fold all groups; if all are folded, unfold them."""
        groups = frozenset(group for group in self.items.table.groups if group)
        self.items.fold(frozenset() if self.items.folded == groups else groups)

    def _select_columns(self, first: int, last: int) -> None:
        self._select(0, first, self.items.rowCount() - 1, last)

    def _select(self, top: int, left: int, bottom: int, right: int) -> None:
        block = QItemSelection(self.items.index(top, left), self.items.index(bottom, right))
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        current = self.currentIndex()
        if not block.contains(current):
            self.selectionModel().setCurrentIndex(self.items.index(top, left), _FLAG.NoUpdate)
        self.selectionModel().select(block, _FLAG.ClearAndSelect)

    def _step(self, by: int) -> None:
        index = self.currentIndex()
        below = self.items.index(index.row() + by, index.column())
        if below.isValid():
            self.setCurrentIndex(below)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Repaint what was selected and deselected."""
        super().selectionChanged(selected, deselected)
        for part in (*_ranges(selected), *_ranges(deselected)):
            self._repaint_block(part.top(), part.left(), part.bottom(), part.right())
        self.cells_selected.emit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Repaint both cells."""
        super().currentChanged(current, previous)
        for index in (current, previous):
            if index.isValid():
                self._repaint_block(index.row(), index.column(), index.row(), index.column())
        self.cells_selected.emit()

    def _repaint_block(self, top: int, left: int, bottom: int, right: int) -> None:
        """Repaint a block with its outline, and its headers."""
        area = self._area(top, left, bottom, right).adjusted(-2, -2, 2, 2)
        self.viewport().update(area)
        self.classes.viewport().update(0, area.top(), self.classes.width(), area.height())
        self.attributes.viewport().update(area.left(), 0, area.width(), self.attributes.height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Repaint the current cell, whose outline shows the focus; Qt would repaint the whole table."""
        if not self.currentIndex().isValid():
            super().focusInEvent(event)
        self._repaint_current()

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        """Repaint the current cell."""
        self._repaint_current()

    def viewportEvent(self, event: QEvent) -> bool:
        """Ignore requests for another layout, which come from the editor of a cell: Qt would repaint everything."""
        if event.type() == QEvent.Type.LayoutRequest:
            return True
        return super().viewportEvent(event)

    def _repaint_current(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            self._repaint_block(index.row(), index.column(), index.row(), index.column())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select rows by Shift+Space and columns by Ctrl+Space, and edit by Enter."""
        key, modifiers = event.key(), event.modifiers()
        current = self.currentIndex()
        if key == Qt.Key.Key_Space and current.isValid():
            if modifiers & Qt.KeyboardModifier.ShiftModifier:
                rows = np.flatnonzero(self.selected_cells().any(axis=1))
                self._select(int(rows[0]), 0, int(rows[-1]), self.items.columnCount() - 1)
                return
            if modifiers & Qt.KeyboardModifier.ControlModifier:
                columns = np.flatnonzero(self.selected_cells().any(axis=0))
                self._select_columns(int(columns[0]), int(columns[-1]))
                return
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current.isValid():
            self.edit(current)
            return
        super().keyPressEvent(event)

    # Painting

    def set_heat(self, is_shown: bool) -> None:
        """Colour cells by their values, or not."""
        self._heat = is_shown
        self.viewport().update()

    def updateGeometries(self) -> None:
        """Keep the corner between the headers."""
        super().updateGeometries()
        frame = self.frameWidth()
        self.corner.setGeometry(frame, frame, self.classes.width(), self.attributes.height())

    def _fit_columns(self) -> None:
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(shown(bound * 0.9999)) for bound in self.items.table.value_range)
        self.attributes.setDefaultSectionSize(max(widest + 2 * _PADDING, 36))
        self._text_widths.clear()
        self.updateGeometries()
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells of the exposed part."""
        painter, exposed = QPainter(self.viewport()), event.rect()
        painter.fillRect(exposed, theme().colours.q("panel"))
        rows, columns = self.classes.visible(exposed), self.attributes.visible(exposed)
        if rows and columns:
            self._paint_cells(painter, rows, columns)
            self._paint_selection(painter)
        painter.end()

    def _paint_cells(self, painter: QPainter, rows: range, columns: range) -> None:
        block = self._area(rows.start, columns.start, rows.stop - 1, columns.stop - 1)
        colours, table = theme().colours, self.items.table
        values = self.items.values(slice(rows.start, rows.stop), slice(columns.start, columns.stop))
        width = self.attributes.defaultSectionSize()
        if self._heat:
            ends = colours.q("heat"), colours.q("negative")
            painter.drawImage(block, heat_image(values, table.value_range, colours.q("panel"), *ends))
        lines = QColor(colours.q("panel" if self._heat else "line"))
        for row in range(len(rows)):
            painter.fillRect(block.left(), block.top() + (row + 1) * ROW_HEIGHT - 1, block.width(), 1, lines)
        for column in range(len(columns)):
            x = block.left() + (column + 1) * width - 1
            at = columns.start + column
            ends_group = self.items.spans[at][1] == at
            painter.fillRect(x, block.top(), 1, block.height(), colours.q("line") if ends_group else lines)
        metrics = QFontMetricsF(painter.font())
        base = (ROW_HEIGHT + metrics.ascent() - metrics.descent()) / 2
        widths = self._text_widths
        quiet, plain = colours.q("muted"), colours.q("text")
        painter.setPen(plain)
        folded = self.items.folded_columns()[columns.start : columns.stop].tolist()
        muted: list[tuple[QPointF, str]] = []
        y = block.top() + base
        for line in values.tolist():
            right = float(block.left() - _PADDING)
            for value, is_folded in zip(line, folded, strict=True):
                right += width
                text = shown(value)
                if text not in widths:
                    widths[text] = metrics.horizontalAdvance(text)
                place = QPointF(right - widths[text], y)
                if value == 0 or is_folded:
                    muted.append((place, text))
                else:
                    painter.drawText(place, text)
            y += ROW_HEIGHT
        painter.setPen(quiet)
        for place, text in muted:
            painter.drawText(place, text)

    def _paint_selection(self, painter: QPainter) -> None:
        colours, focused = theme().colours, self.hasFocus() or self.viewport().hasFocus()
        veil = colours.q("accent")
        veil.setAlphaF(0.22)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        current = self.currentIndex()
        for part in self.selected_ranges():
            area = self._area(part.top(), part.left(), part.bottom(), part.right())
            if part.top() != part.bottom() or part.left() != part.right():
                painter.fillRect(area, veil)
            painter.setPen(QPen(colours.q("accent"), 1))
            painter.drawRect(QRectF(area).adjusted(-0.5, -0.5, -0.5, -0.5))
        if current.isValid():
            area = self._area(current.row(), current.column(), current.row(), current.column())
            painter.setPen(QPen(colours.q("accent" if focused else "muted"), 2))
            painter.drawRect(QRectF(area).adjusted(0, 0, -1, -1))

    def _area(self, top: int, left: int, bottom: int, right: int) -> QRect:
        x, y = self.columnViewportPosition(left), self.rowViewportPosition(top)
        end = self.columnViewportPosition(right) + self.attributes.defaultSectionSize()
        return QRect(x, y, end - x, self.rowViewportPosition(bottom) + ROW_HEIGHT - y)


def _ranges(selection: QItemSelection) -> list[QItemSelectionRange]:
    return [selection.at(place) for place in range(selection.count())]
