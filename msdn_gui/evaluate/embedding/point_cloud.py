"""Thousands of points in a plot, each of its own colour and shape, painted as one picture.

A plot library's scatter holds an object a point; 11,788 of them take 50 ms to be recoloured. Here each pixel of a shape
is written for all points at once: 3 ms, whatever is changed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from msdn_gui.evaluate.embedding.placed_item import PlacedItem

CIRCLE, DIAMOND, CROSS = range(3)
RADIUS = 3.6
"""Logical pixels."""
_FAINT = 0.3
_MOST_PIXELS = 40_000_000


class PointCloud(PlacedItem):
    """N points; those that are faint lie below the others."""

    def __init__(self) -> None:
        super().__init__(2 * RADIUS)
        self._colours: NDArray[np.uint8] = np.zeros((0, 4), np.uint8)
        self._shapes: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._faint: NDArray[np.bool_] = np.zeros(0, np.bool_)

    def set_look(self, colours: NDArray[np.uint8], shapes: NDArray[np.uint8]) -> None:
        """(N, 3) red, green and blue, and (N,) shapes."""
        # The order of bytes in memory of Qt's format, premultiplied: blue, green, red, alpha.
        self._colours = np.concatenate([colours[:, ::-1], np.full((len(colours), 1), 255, np.uint8)], axis=1)
        self._shapes = shapes
        self.update()

    def set_faint(self, faint: NDArray[np.bool_] | None) -> None:
        """(N,) which points step back; None: none of them."""
        self._faint = faint if faint is not None else np.zeros(0, np.bool_)
        self.update()

    # pyqtgraph's interface

    def boundingRect(self) -> QRectF:
        # What reaches over the outermost points is a matter of pixels: see pixelPadding.
        side_x, side_y = self.pixelVectors()
        x = side_x.x() * 2 * RADIUS if side_x is not None else 0.0
        y = abs(side_y.y()) * 2 * RADIUS if side_y is not None else 0.0
        return self._bounds.adjusted(-x, -y, x, y)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002
        view, count = self.getViewBox(), len(self._places)
        if view is None or not count or len(self._colours) != count:
            return
        transform, ratio = painter.worldTransform(), painter.device().devicePixelRatioF()
        room = transform.mapRect(QRectF(view.viewRect()))
        size = np.ceil([room.height() * ratio, room.width() * ratio]).astype(int)
        if size.min() < 1 or size.prod() > _MOST_PIXELS:
            return
        x = (self._places[:, 0] * transform.m11() + transform.dx() - room.left()) * ratio
        y = (self._places[:, 1] * transform.m22() + transform.dy() - room.top()) * ratio
        picture = self._stamped(x, y, int(size[1]), int(size[0]), RADIUS * ratio)
        image = QImage(
            picture.data,
            picture.shape[1],
            picture.shape[0],
            4 * picture.shape[1],
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        margin = (picture.shape[1] - int(size[1])) // 2
        painter.save()
        painter.resetTransform()
        painter.drawImage(
            QRectF(room.left(), room.top(), size[1] / ratio, size[0] / ratio),
            image,
            QRectF(margin, margin, size[1], size[0]),
        )
        painter.restore()

    def _stamped(
        self, x: NDArray[np.float64], y: NDArray[np.float64], width: int, height: int, radius: float
    ) -> NDArray[np.uint32]:
        """(H, W) pixels, with room around them for points at the rim."""
        margin = int(np.ceil(2 * radius)) + 1
        wide = width + 2 * margin
        picture = np.zeros((height + 2 * margin) * wide, np.uint32)
        inside = (x > -radius) & (x < width + radius) & (y > -radius) & (y < height + radius)
        at = (np.floor(np.where(inside, y, 0)).astype(np.int64) + margin) * wide
        at += np.floor(np.where(inside, x, 0)).astype(np.int64) + margin
        faint = self._faint if len(self._faint) == len(x) else np.zeros(len(x), np.bool_)
        for stepped_back in (True, False):
            chosen = inside & (faint == stepped_back)
            if not chosen.any():
                continue
            groups = [np.flatnonzero(chosen & (self._shapes == shape)) for shape in (CIRCLE, DIAMOND, CROSS)]
            share = _FAINT if stepped_back else 1.0
            # Rims of all points first, then what they enclose: a rim never lies over another point.
            for whole in (False, True):
                for shape, mine in enumerate(groups):
                    if not len(mine):
                        continue
                    middle, colours = at[mine], self._colours[mine]
                    inks: dict[float, NDArray[np.uint32]] = {}
                    for down, right, cover in _stamp(shape, radius):
                        if (cover >= 1.0) == whole:
                            if cover not in inks:
                                inks[cover] = _ink(colours, cover * share)
                            picture[middle + (down * wide + right)] = inks[cover]
        return picture.reshape(-1, wide)


def rgb(*colours: QColor) -> NDArray[np.uint8]:
    """(n, 3) red, green and blue."""
    return np.array([(one.red(), one.green(), one.blue()) for one in colours], np.uint8).reshape(-1, 3)


def _ink(colours: NDArray[np.uint8], alpha: float) -> NDArray[np.uint32]:
    """(n,) pixels of (n, 4) opaque ones, premultiplied by an alpha."""
    inked = colours if alpha >= 1.0 else (colours * alpha).astype(np.uint8)
    return np.ascontiguousarray(inked).view(np.uint32)[:, 0]


@lru_cache(maxsize=16)
def _stamp(shape: int, radius: float) -> list[tuple[int, int, float]]:
    """The pixels that a shape covers about the one it stands in: down, right, and how much of each, of 1."""
    reach = int(np.ceil(1.5 * radius))
    found = []
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            if shape == CIRCLE:
                inner = radius - float(np.hypot(down, right))
            elif shape == DIAMOND:
                inner = (1.3 * radius - abs(down) - abs(right)) / 1.41
            else:
                within = max(abs(down), abs(right)) <= radius
                inner = 0.4 * radius - abs(abs(down) - abs(right)) / 1.41 if within else -1.0
            cover = min(max(inner + 0.5, 0.0), 1.0)
            if cover > 0.05:
                # Rounded, so that pixels alike are inked alike, and once.
                found.append((down, right, round(cover, 2)))
    return found
