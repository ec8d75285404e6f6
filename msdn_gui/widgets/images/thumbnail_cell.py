"""Drawing a thumbnail in a cell: fitted into it, framed if it is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QStyle

from msdn_gui.look.theme import theme

if TYPE_CHECKING:
    from pathlib import Path


def draw_thumbnail(painter: QPainter, area: QRect, image: QImage | None, path: Path, state: QStyle.StateFlag) -> QRectF:
    """Draw a thumbnail (None: being made; null: cannot be opened) in the middle of ``area``; return its rectangle."""
    colours = theme().colours
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    if image is not None and not image.isNull():
        place = _fitted(image, area)
        painter.drawImage(place, image)
    else:
        place = QRectF(area)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.q("hover"))
        painter.drawRoundedRect(place, 3, 3)
        if image is not None:
            painter.setPen(colours.q("muted"))
            painter.drawText(
                area.adjusted(4, 4, -4, -4),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                f"Cannot open {path.suffix or 'this file'}",
            )
    if state & QStyle.StateFlag.State_Selected:
        painter.setPen(QPen(colours.q("accent"), 2.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(-1.5, -1.5, 1.5, 1.5), 3, 3)
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(QPen(colours.q("disabled"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3)
    return place


def _fitted(image: QImage, area: QRect) -> QRectF:
    scale = min(area.width() / image.width(), area.height() / image.height())
    width, height = image.width() * scale, image.height() * scale
    return QRectF(area.x() + (area.width() - width) / 2, area.y() + (area.height() - height) / 2, width, height)
