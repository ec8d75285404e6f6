"""The queue's thumbnails: fixed cells with the signs of what has been said."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem

from msdn_core.project import ImageRecord
from msdn_gui.annotate.queue.queue_model import RECORD_ROLE, REVIEW_ROLE, VERDICT_ROLE, QueueModel, verdict_word
from msdn_gui.annotate.signs import draw_sign
from msdn_gui.widgets.thumbnail_cell import draw_thumbnail

CELL = 92
_INSET = 4


class QueueView(QListView):
    """Arrow keys and clicks choose an image; with Shift and Ctrl several, which an edit then holds for."""

    chosen = Signal(object)
    """The ``ImageRecord`` that the user chose."""
    selection_changed = Signal()

    def __init__(self, model: QueueModel) -> None:
        super().__init__()
        self.setObjectName("queue")
        self.setAccessibleName("Images to annotate")
        self._images = model
        self._record: ImageRecord | None = None
        self._silent = False
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(_CellDelegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(QSize(CELL, CELL))
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(2000)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setMouseTracking(True)
        model.modelReset.connect(self._show_record_again)
        model.refreshed.connect(self.viewport().update)

    def selected(self) -> list[ImageRecord]:
        """The images that an edit holds for, in the queue's order; the chosen one where none else is selected."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        if rows:
            return [self._images.record_at(row) for row in rows]
        return [] if self._record is None else [self._record]

    def show_record(self, record: ImageRecord | None) -> None:
        """Mark this image as the chosen one."""
        self._record = record
        self._show_record_again()

    def ahead(self, count: int) -> list[ImageRecord]:
        """The images that come after the chosen one."""
        row = self.currentIndex().row()
        return [self._images.record_at(n) for n in range(row + 1, min(row + 1 + count, self._images.rowCount()))]

    def step(self, by: int) -> bool:
        """Choose the image ``by`` places further on; whether there is one."""
        count, current = self._images.rowCount(), self.currentIndex()
        rows = [index.row() for index in self.selectedIndexes()] or [current.row() if current.isValid() else -by]
        row = (max(rows) if by > 0 else min(rows)) + by
        if not 0 <= row < count:
            return False
        self.setCurrentIndex(self._images.index(row))
        self.scrollTo(self.currentIndex())
        return True

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        if not self._silent and current.isValid():
            self._record = self._images.record_at(current.row())
            self.chosen.emit(self._record)

    def selectionChanged(self, selected: object, deselected: object) -> None:
        super().selectionChanged(selected, deselected)
        self.selection_changed.emit()

    def _show_record_again(self) -> None:
        row = self._images.row_of(self._record)
        self._silent = True
        try:
            if row < 0:
                self.clearSelection()
                self.setCurrentIndex(QModelIndex())
            elif row != self.currentIndex().row() or not self.selectionModel().hasSelection():
                self.selectionModel().setCurrentIndex(
                    self._images.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect
                )
                self.scrollTo(self.currentIndex())
        finally:
            self._silent = False


class _CellDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        return QSize(CELL, CELL)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        room = option.rect.adjusted(_INSET, _INSET, -_INSET, -_INSET)
        painter.save()
        place = draw_thumbnail(
            painter, room, index.data(Qt.ItemDataRole.DecorationRole), index.data(RECORD_ROLE).path, option.state
        )
        draw_sign(painter, place.bottomRight() - QPointF(9, 9), index.data(REVIEW_ROLE))
        draw_sign(painter, place.topLeft() + QPointF(9, 9), verdict_word(index.data(VERDICT_ROLE)))
        painter.restore()
