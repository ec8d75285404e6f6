"""The thumbnails' view: fixed cells, so that 100,000 images open as fast as ten."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from msdn_core.project import ImageRecord
from msdn_gui.explore.finding.gallery_model import RECORD_ROLE, GalleryModel
from msdn_gui.widgets.thumbnail_cell import draw_thumbnail

CELL = 92
_INSET = 4


class GalleryView(QListView):
    """Arrow keys and clicks choose an image."""

    chosen = Signal(object)
    """The ``ImageRecord`` that the user chose."""

    def __init__(self, model: GalleryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gallery")
        self.setAccessibleName("Images")
        self.images = model
        self._record: ImageRecord | None = None
        self._silent = False
        self._find = False
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(_ThumbnailDelegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(QSize(CELL, CELL))
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(2000)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setMouseTracking(True)
        model.modelReset.connect(self._start_over)

    def show_record(self, record: ImageRecord | None) -> None:
        """Mark this image as the chosen one."""
        self._record = record
        self._show_record_again()

    def beside_current(self) -> list[ImageRecord]:
        """The images that a step would choose: two ahead, and the one before."""
        row, model = self.currentIndex().row(), self.images
        rows = (row + 1, row + 2, row - 1) if row >= 0 else ()
        return [model.record_at(one) for one in rows if 0 <= one < model.rowCount()]

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        self._find = False
        if not self._silent and current.isValid():
            self._record = self.images.record_at(current.row())
            self.chosen.emit(self._record)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self._record is not None:
            QGuiApplication.clipboard().setText(self._record.name)
            event.accept()
            return
        super().keyPressEvent(event)

    def _start_over(self) -> None:
        self._show_record_again()
        if not self.currentIndex().isValid():
            self.scrollToTop()

    def _show_record_again(self) -> None:
        row = self.images.row_of(self._record)
        self._silent = True
        try:
            if row < 0:
                self.clearSelection()
                self.setCurrentIndex(QModelIndex())
            elif row != self.currentIndex().row() or not self.selectionModel().hasSelection():
                self.setCurrentIndex(self.images.index(row))
                self._find = True
                self._scroll_when_laid_out()
        finally:
            self._silent = False

    def updateGeometries(self) -> None:
        super().updateGeometries()
        self._scroll_when_laid_out()

    def _scroll_when_laid_out(self) -> None:
        # Cells are laid out some thousands at a time: one far down has its place a few moments later.
        if self._find and self.currentIndex().isValid():
            bottom = self.visualRect(self.currentIndex()).bottom() + self.verticalOffset()
            if 0 < bottom <= self.verticalScrollBar().maximum() + self.viewport().height():
                self._find = False
                self.scrollTo(self.currentIndex())


class _ThumbnailDelegate(QStyledItemDelegate):
    """A thumbnail in the middle of its cell."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        return QSize(CELL, CELL)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        room = option.rect.adjusted(_INSET, _INSET, -_INSET, -_INSET)
        painter.save()
        draw_thumbnail(
            painter, room, index.data(Qt.ItemDataRole.DecorationRole), index.data(RECORD_ROLE).path, option.state
        )
        painter.restore()
