"""Thousands of points in a plot, each with its own colour and shape, painted as one picture.

The scatter plot of pyqtgraph holds one object per point; recolouring 11,788 of them takes 50 ms. Here each pixel of a
shape is written for all points at once, which takes 3 ms whatever has changed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from msdn_gui.evaluate.embedding.placed_item import PlacedItem

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

CIRCLE, DIAMOND, CROSS = range(3)
RADIUS = 3.6
"""Logical pixels."""
_FAINT = 0.3
_MOST_PIXELS = 40_000_000


class PointCloud(PlacedItem):
    """Draws N points; faint ones are below the others."""

    def __init__(self) -> None:
        super().__init__(2 * RADIUS)
        self._colours: NDArray[np.uint8] = np.zeros((0, 4), np.uint8)
        self._shapes: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._faint: NDArray[np.bool_] = np.zeros(0, np.bool_)

    def set_style(self, colours: NDArray[np.uint8], shapes: NDArray[np.uint8]) -> None:
        """Set (N, 3) colours, red, green and blue, and (N,) shapes."""
        # Qt's format has blue, green, red and alpha in memory, premultiplied.
        self._colours = np.concatenate([colours[:, ::-1], np.full((len(colours), 1), 255, np.uint8)], axis=1)
        self._shapes = shapes
        self.update()

    def set_faint(self, faint: NDArray[np.bool_] | None) -> None:
        """Set which of the (N,) points are faint; None: none of them."""
        self._faint = faint if faint is not None else np.zeros(0, np.bool_)
        self.update()

    # pyqtgraph's interface

    def boundingRect(self) -> QRectF:
        # Half a shape extends beyond the outermost points, by pixels and not by units: see pixelPadding.
        side_x, side_y = self.pixelVectors()
        x = side_x.x() * 2 * RADIUS if side_x is not None else 0.0
        y = abs(side_y.y()) * 2 * RADIUS if side_y is not None else 0.0
        return self._bounds.adjusted(-x, -y, x, y)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002
        view, count = self.getViewBox(), len(self._points)
        if view is None or not count or len(self._colours) != count:
            return
        transform, ratio = painter.worldTransform(), painter.device().devicePixelRatioF()
        area = transform.mapRect(QRectF(view.viewRect()))
        size = np.ceil([area.height() * ratio, area.width() * ratio]).astype(int)
        if size.min() < 1 or size.prod() > _MOST_PIXELS:
            return
        x = (self._points[:, 0] * transform.m11() + transform.dx() - area.left()) * ratio
        y = (self._points[:, 1] * transform.m22() + transform.dy() - area.top()) * ratio
        picture = self._render(x, y, int(size[1]), int(size[0]), RADIUS * ratio)
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
            QRectF(area.left(), area.top(), size[1] / ratio, size[0] / ratio),
            image,
            QRectF(margin, margin, size[1], size[0]),
        )
        painter.restore()

    def _render(
        self, x: NDArray[np.float64], y: NDArray[np.float64], width: int, height: int, radius: float
    ) -> NDArray[np.uint32]:
        """Return (H, W) pixels, with a margin for points at the edge."""
        margin = int(np.ceil(2 * radius)) + 1
        wide = width + 2 * margin
        picture = np.zeros((height + 2 * margin) * wide, np.uint32)
        inside = (x > -radius) & (x < width + radius) & (y > -radius) & (y < height + radius)
        at = (np.floor(np.where(inside, y, 0)).astype(np.int64) + margin) * wide
        at += np.floor(np.where(inside, x, 0)).astype(np.int64) + margin
        faint = self._faint if len(self._faint) == len(x) else np.zeros(len(x), np.bool_)
        for is_faint in (True, False):
            chosen = inside & (faint == is_faint)
            if not chosen.any():
                continue
            groups = [np.flatnonzero(chosen & (self._shapes == shape)) for shape in (CIRCLE, DIAMOND, CROSS)]
            share = _FAINT if is_faint else 1.0
            # The edges of all points come first, so that no edge covers another point.
            for is_inner in (False, True):
                for shape, members in enumerate(groups):
                    if not len(members):
                        continue
                    centres, colours = at[members], self._colours[members]
                    pixels: dict[float, NDArray[np.uint32]] = {}
                    for down, right, cover in _stamp(shape, radius):
                        if (cover >= 1.0) == is_inner:
                            if cover not in pixels:
                                pixels[cover] = _pixels(colours, cover * share)
                            picture[centres + (down * wide + right)] = pixels[cover]
        return picture.reshape(-1, wide)


def rgb(*colours: QColor) -> NDArray[np.uint8]:
    """Return (n, 3) colours: red, green and blue."""
    return np.array([(one.red(), one.green(), one.blue()) for one in colours], np.uint8).reshape(-1, 3)


def _pixels(colours: NDArray[np.uint8], alpha: float) -> NDArray[np.uint32]:
    """Return the (n,) premultiplied pixels of (n, 4) opaque colours with an alpha."""
    blended = colours if alpha >= 1.0 else (colours * alpha).astype(np.uint8)
    return np.ascontiguousarray(blended).view(np.uint32)[:, 0]


@lru_cache(maxsize=16)
def _stamp(shape: int, radius: float) -> list[tuple[int, int, float]]:
    """Return the pixels that a shape covers, relative to its centre: down, right, and the share that is covered."""
    reach = int(np.ceil(1.5 * radius))
    covered = []
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
                # Rounded, so that pixels with nearly the same share are blended once.
                covered.append((down, right, round(cover, 2)))
    return covered
