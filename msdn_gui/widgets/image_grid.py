"""Images as thumbnails with what is said of each; a click chooses the image."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from msdn_core.project import ImageRecord
from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import small_font, theme
from msdn_gui.widgets.image_grid_model import FOUND_ROLE, ImageGridModel, Index
from msdn_gui.widgets.thumbnail_cell import draw_thumbnail

CELL = QSize(104, 104)
_CAPTION = 18


class ImageGrid(QListView):
    """Arrow keys and clicks choose an image; what is chosen stays so while the images around it change."""

    chosen = Signal(object)
    """The ``ImageRecord`` that the person chose."""

    def __init__(self, model: ImageGridModel, name: str, spoken: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.items = model
        self._silent = False
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(_ResultDelegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(CELL)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)

    def show_record(self, record: ImageRecord | None) -> None:
        """Marks the chosen image, where it is among them; the view does not scroll after it."""
        self._silent = True
        try:
            row = self.items.row_of(record)
            if row >= 0:
                if row != self.currentIndex().row() or not self.selectionModel().hasSelection():
                    self.setAutoScroll(False)
                    self.setCurrentIndex(self.items.index(row))
                    self.setAutoScroll(True)
            else:
                self.clearSelection()
        finally:
            self._silent = False

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        if not self._silent and current.isValid():
            self.chosen.emit(current.data(FOUND_ROLE).record)


class _ResultDelegate(QStyledItemDelegate):
    def __init__(self, parent: ImageGrid) -> None:
        super().__init__(parent)
        self._font = small_font()
        self._tick = QPixmap()
        theme().changed.connect(self._redraw)
        self._redraw()

    def _redraw(self) -> None:
        # Drawn once: sixty times a move would take longer than the search.
        self._tick = icon_pixmap("check", 14, "good", self.parent().devicePixelRatioF())

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found, colours = index.data(FOUND_ROLE), theme().colours
        painter.save()
        room = option.rect.adjusted(4, 4, -4, -4 - _CAPTION)
        draw_thumbnail(painter, room, index.data(Qt.ItemDataRole.DecorationRole), found.record.path, option.state)
        caption = QRect(option.rect.left() + 4, room.bottom() + 2, option.rect.width() - 8, _CAPTION)
        painter.setFont(self._font)
        painter.setPen(colours.q("text"))
        text = painter.fontMetrics().elidedText(found.caption, Qt.TextElideMode.ElideRight, caption.width())
        painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, text)
        if found.is_ticked:
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.drawPixmap(caption.center().x() + width // 2 + 4, caption.top() + 2, self._tick)
        painter.restore()
