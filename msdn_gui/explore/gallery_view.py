"""The thumbnails' view: fixed cells, so that 100,000 images open as fast as ten."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from msdn_core.project import ImageRecord
from msdn_gui.explore.gallery_model import RECORD_ROLE, GalleryModel
from msdn_gui.theme import theme

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
        self._images = model
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
        model.modelReset.connect(self._show_record_again)

    def show_record(self, record: ImageRecord | None) -> None:
        """Mark this image as the chosen one."""
        self._record = record
        self._show_record_again()

    def step(self, by: int) -> None:
        """Choose the image ``by`` places further on."""
        count = self._images.rowCount()
        if count:
            current = self.currentIndex()
            row = current.row() + by if current.isValid() else 0
            self.setCurrentIndex(self._images.index(min(max(row, 0), count - 1)))

    def beside_current(self) -> list[ImageRecord]:
        """The images that a step would choose: two ahead, and the one before."""
        row, model = self.currentIndex().row(), self.model()
        rows = (row + 1, row + 2, row - 1) if row >= 0 else ()
        return [model.record_at(one) for one in rows if 0 <= one < model.rowCount()]

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        self._find = False
        if not self._silent and current.isValid():
            self._record = self._images.record_at(current.row())
            self.chosen.emit(self._record)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self._record is not None:
            QGuiApplication.clipboard().setText(self._record.name)
            event.accept()
            return
        super().keyPressEvent(event)

    def _show_record_again(self) -> None:
        row = self._images.row_of(self._record)
        self._silent = True
        try:
            if row < 0:
                self.clearSelection()
                self.setCurrentIndex(QModelIndex())
            elif row != self.currentIndex().row() or not self.selectionModel().hasSelection():
                self.setCurrentIndex(self._images.index(row))
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
    """A thumbnail in the middle of its cell; the class's mark stands in a corner once it is known."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        return QSize(CELL, CELL)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colours = theme().colours
        room = option.rect.adjusted(_INSET, _INSET, -_INSET, -_INSET)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        image = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(image, QImage) and not image.isNull():
            place = _fitted(image, room)
            painter.drawImage(place, image)
        else:
            place = QRectF(room)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.q("hover"))
            painter.drawRoundedRect(place, 3, 3)
            if image is not None:
                painter.setPen(colours.q("muted"))
                record = index.data(RECORD_ROLE)
                painter.drawText(
                    room.adjusted(4, 4, -4, -4),
                    Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                    f"Cannot open {record.path.suffix or 'this file'}",
                )
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(colours.q("accent"), 2.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(-1.5, -1.5, 1.5, 1.5), 3, 3)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(colours.q("disabled"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3)
        painter.restore()


def _fitted(image: QImage, room: QRect) -> QRectF:
    scale = min(room.width() / image.width(), room.height() / image.height())
    width, height = image.width() * scale, image.height() * scale
    return QRectF(room.x() + (room.width() - width) / 2, room.y() + (room.height() - height) / 2, width, height)
