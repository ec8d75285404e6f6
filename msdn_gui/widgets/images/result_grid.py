"""Thumbnails with captions, for the images that a search found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import small_font, theme
from msdn_gui.widgets.images.image_view import ImageListView, ThumbnailDelegate
from msdn_gui.widgets.images.result_model import RESULT_ROLE, ImageResult, ResultModel
from msdn_gui.widgets.images.thumbnail_cell import draw_thumbnail

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

    from msdn_gui.widgets.index import Index

CELL = QSize(104, 104)
_CAPTION = 18


class ResultGrid(ImageListView):
    """What is selected stays selected while the images around it change; the view does not scroll by itself."""

    def __init__(self, model: ResultModel, name: str, accessible_name: str, cell: QSize = CELL) -> None:
        super().__init__(model, name, accessible_name, cell=cell, follows=False)
        self.results = model
        self.setItemDelegate(_ResultDelegate(self))


class _ResultDelegate(ThumbnailDelegate):
    def __init__(self, parent: ResultGrid) -> None:
        super().__init__(parent)
        self._font = small_font()
        self._tick = QPixmap()
        theme().changed.connect(self._update_tick)
        self._update_tick()

    def _update_tick(self) -> None:
        # Drawn once: sixty times per move of a slider would take longer than the search.
        self._tick = icon_pixmap("check", 14, "good", self.view.devicePixelRatioF())

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the thumbnail, its caption and its tick."""
        result: ImageResult = index.data(RESULT_ROLE)
        area = option.rect.adjusted(4, 4, -4, -4 - _CAPTION)
        draw_thumbnail(painter, area, index.data(Qt.ItemDataRole.DecorationRole), result.record.path, option.state)
        caption = QRect(option.rect.left() + 4, area.bottom() + 2, option.rect.width() - 8, _CAPTION)
        painter.setFont(self._font)
        painter.setPen(theme().colours.q("text"))
        text = painter.fontMetrics().elidedText(result.caption, Qt.TextElideMode.ElideRight, caption.width())
        painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, text)
        if result.is_ticked:
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.drawPixmap(caption.center().x() + width // 2 + 4, caption.top() + 2, self._tick)
