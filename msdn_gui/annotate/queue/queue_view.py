"""The images to annotate as thumbnails, with marks for reviews and judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from msdn_gui.annotate.queue.queue_model import REVIEW_ROLE, VERDICT_ROLE, QueueModel
from msdn_gui.annotate.signs import draw_sign
from msdn_gui.annotate.wording import verdict_text
from msdn_gui.widgets.images.image_model import RECORD_ROLE
from msdn_gui.widgets.images.image_view import ImageListView, ThumbnailDelegate
from msdn_gui.widgets.images.thumbnail_cell import draw_thumbnail

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QStyleOptionViewItem

    from msdn_gui.widgets.index import Index

_INSET = 4
_SIGN = 9


class QueueView(ImageListView):
    """Clicks and arrow keys select an image; with Shift and Ctrl several, which an edit then applies to."""

    def __init__(self, model: QueueModel) -> None:
        super().__init__(model, "queue", "Images to annotate", several=True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setItemDelegate(_QueueDelegate(self))


class _QueueDelegate(ThumbnailDelegate):
    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the thumbnail with its review and verdict."""
        area = option.rect.adjusted(_INSET, _INSET, -_INSET, -_INSET)
        image = index.data(Qt.ItemDataRole.DecorationRole)
        drawn = draw_thumbnail(painter, area, image, index.data(RECORD_ROLE).path, option.state)
        draw_sign(painter, drawn.bottomRight() - QPointF(_SIGN, _SIGN), index.data(REVIEW_ROLE))
        draw_sign(painter, drawn.topLeft() + QPointF(_SIGN, _SIGN), verdict_text(index.data(VERDICT_ROLE)))
