"""The view of an image list: cells of one size, laid out in batches, so that 100,000 images open as fast as ten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem

from msdn_gui.widgets.images.image_model import RECORD_ROLE, ImageListModel
from msdn_gui.widgets.images.thumbnail_cell import draw_thumbnail

if TYPE_CHECKING:
    from msdn_core.project import ImageRecord
    from msdn_gui.widgets.index import Index

CELL = 92
"""Width and height of a cell of a plain list, in pixels."""
_INSET = 4
_BATCH = 2000


class ImageListView(QListView):
    """Clicks and arrow keys select an image; with Shift and Ctrl several where ``several`` is set."""

    chosen = Signal(object)
    """The ``ImageRecord`` that the person selected."""
    selection_changed = Signal()

    def __init__(
        self,
        model: ImageListModel,
        name: str,
        accessible_name: str,
        *,
        cell: QSize | None = None,
        several: bool = False,
        follows: bool = True,
    ) -> None:
        """``follows``: whether the view scrolls to the selected image when it is selected elsewhere."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.images = model
        self._follows = follows
        self._record: ImageRecord | None = None
        self._is_silent = False
        self._scrolls_to_current = False
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(ThumbnailDelegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(cell or QSize(CELL, CELL))
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_BATCH)
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if several else mode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        model.modelReset.connect(self._on_model_reset)
        model.refreshed.connect(self.viewport().update)

    # What is selected

    def show_record(self, record: ImageRecord | None) -> None:
        """Show an image as the selected one."""
        self._record = record
        self._select_record()

    def selected(self) -> list[ImageRecord]:
        """Return the selected images in the list's order; the shown one if no other is selected."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        if rows:
            return [self.images.record_at(row) for row in rows]
        return [] if self._record is None else [self._record]

    def following(self, count: int) -> list[ImageRecord]:
        """Return the images after the selected one."""
        row = self.currentIndex().row()
        return [self.images.record_at(n) for n in range(row + 1, min(row + 1 + count, self.images.rowCount()))]

    def neighbours(self) -> list[ImageRecord]:
        """Return the images that a step would select: two after the selected one, and the one before."""
        row = self.currentIndex().row()
        before = [self.images.record_at(row - 1)] if row > 0 else []
        return [*self.following(2), *before] if row >= 0 else []

    def step(self, by: int) -> bool:
        """Select the image ``by`` places further on; return whether there is one."""
        current = self.currentIndex()
        rows = [index.row() for index in self.selectedIndexes()] or [current.row() if current.isValid() else -by]
        row = (max(rows) if by > 0 else min(rows)) + by
        if not 0 <= row < self.images.rowCount():
            return False
        self.setCurrentIndex(self.images.index(row))
        self.scrollTo(self.currentIndex())
        return True

    # Qt

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Report an image that the person selected."""
        super().currentChanged(current, previous)
        self._scrolls_to_current = False
        if not self._is_silent and current.isValid():
            self._record = self.images.record_at(current.row())
            self.chosen.emit(self._record)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Report another selection."""
        super().selectionChanged(selected, deselected)
        self.selection_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected image's name."""
        if event.matches(QKeySequence.StandardKey.Copy) and self._record is not None:
            QGuiApplication.clipboard().setText(self._record.name)
            event.accept()
            return
        super().keyPressEvent(event)

    def updateGeometries(self) -> None:
        """Scroll to the selected image once it is laid out."""
        super().updateGeometries()
        self._scroll_when_laid_out()

    # Inside

    def _on_model_reset(self) -> None:
        self._select_record()
        if self._follows and not self.currentIndex().isValid():
            self.scrollToTop()

    def _select_record(self) -> None:
        row = self.images.row_of(self._record)
        self._is_silent = True
        try:
            if row < 0:
                self.clearSelection()
                if self._follows:
                    self.setCurrentIndex(QModelIndex())
            elif row != self.currentIndex().row() or not self.selectionModel().hasSelection():
                self.setAutoScroll(self._follows)
                self.selectionModel().setCurrentIndex(
                    self.images.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect
                )
                self.setAutoScroll(True)
                self._scrolls_to_current = self._follows
                self._scroll_when_laid_out()
        finally:
            self._is_silent = False

    def _scroll_when_laid_out(self) -> None:
        # Cells are laid out in batches: one far down has its place a few moments later.
        if self._scrolls_to_current and self.currentIndex().isValid():
            bottom = self.visualRect(self.currentIndex()).bottom() + self.verticalOffset()
            if 0 < bottom <= self.verticalScrollBar().maximum() + self.viewport().height():
                self._scrolls_to_current = False
                self.scrollTo(self.currentIndex())


class ThumbnailDelegate(QStyledItemDelegate):
    """A thumbnail in the middle of its cell."""

    def __init__(self, parent: ImageListView) -> None:
        super().__init__(parent)
        self.view = parent

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the size of every cell."""
        return self.view.gridSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the thumbnail, and what a subclass adds."""
        painter.save()
        self.draw(painter, option, index)
        painter.restore()

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a cell; the painter's state is restored afterwards."""
        area = option.rect.adjusted(_INSET, _INSET, -_INSET, -_INSET)
        image = index.data(Qt.ItemDataRole.DecorationRole)
        draw_thumbnail(painter, area, image, index.data(RECORD_ROLE).path, option.state)
