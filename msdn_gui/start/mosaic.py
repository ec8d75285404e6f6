"""Composes a few images into one picture: the first large, the others small beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPixmap

from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP = 2.0
_RADIUS = 6.0


def mosaic(images: Sequence[QImage], width: int, height: int, ratio: float) -> QPixmap:
    """Return a picture of ``width`` × ``height`` logical pixels with round upper corners; an icon without images."""
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    outline = QPainterPath()
    # The lower round corners are outside.
    outline.addRoundedRect(QRectF(0, 0, width, height + _RADIUS), _RADIUS, _RADIUS)
    painter.setClipPath(outline)
    painter.fillRect(QRectF(0, 0, width, height), theme().colours.q("canvas"))
    if images:
        for image, place in zip(images, places(len(images), width, height), strict=False):
            painter.drawImage(place, image, _covering(image, place))
    else:
        icon = icon_pixmap("project", 40, "disabled", ratio)
        painter.drawPixmap(round((width - 40) / 2), round((height - 40) / 2), icon)
    painter.end()
    return pixmap


def places(count: int, width: float, height: float) -> list[QRectF]:
    """Return the places of up to five images, which fill the picture without overlap."""
    if count == 1:
        return [QRectF(0, 0, width, height)]
    left = QRectF(0, 0, (width - _GAP) / 2, height)
    x, rest, half = left.width() + _GAP, width - left.width() - _GAP, (height - _GAP) / 2
    if count == 2:
        return [left, QRectF(x, 0, rest, height)]
    if count == 3:
        return [left, QRectF(x, 0, rest, half), QRectF(x, half + _GAP, rest, half)]
    small = (rest - _GAP) / 2
    corners = [QRectF(x + i * (small + _GAP), j * (half + _GAP), small, half) for j in (0, 1) for i in (0, 1)]
    if count == 4:
        corners[2:] = [QRectF(x, half + _GAP, rest, half)]
    return [left, *corners]


def _covering(image: QImage, place: QRectF) -> QRectF:
    """Return the central part of an image that has the proportions of its place."""
    scale = max(place.width() / image.width(), place.height() / image.height())
    width, height = place.width() / scale, place.height() / scale
    return QRectF((image.width() - width) / 2, (image.height() - height) / 2, width, height)
