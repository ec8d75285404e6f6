"""The top attributes' maps as small multiples, as in figures of papers: one column an attribute, one row a sub-net."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from msdn_core.atomic import replacing
from msdn_core.domain.attention import value_range
from msdn_core.domain.explanation import Explanation
from msdn_core.errors import MsdnError
from msdn_gui.look.theme import AV_LABEL, SPACING, VA_LABEL, small_font, text_font, theme
from msdn_gui.widgets.heat import coloured, cut_value
from msdn_gui.widgets.map_controls import Display

CELL = 176
"""Pixels a side of one map at its drawn size."""
_WORDS = 38
_ASIDE = 52
_HEAD = 30


@dataclass(frozen=True, eq=False)
class Sheet:
    """What a sheet shows: one image's explanation, and the columns of some attributes."""

    picture: QImage
    explanation: Explanation
    attributes: tuple[int, ...]
    names: tuple[str, ...]
    """The full name of each of ``attributes``."""
    caption: str
    display: Display

    @property
    def size(self) -> QSize:
        """Its drawn size in pixels."""
        width = _ASIDE + len(self.attributes) * (CELL + SPACING) + SPACING
        return QSize(width, _HEAD + 2 * (CELL + _WORDS) + SPACING)

    def paint(self, painter: QPainter) -> None:
        """Draws it at its size, with the colours of the theme."""
        colours = theme().colours
        painter.fillRect(QRect(0, 0, self.size.width(), self.size.height()), colours.q("window"))
        painter.setPen(colours.q("text"))
        painter.setFont(text_font(bold=True))
        head = QRectF(SPACING, 0, self.size.width() - 2 * SPACING, _HEAD)
        _write(painter, head, self.caption, Qt.AlignmentFlag.AlignLeft)
        rows = ((AV_LABEL, "av", self.explanation.scores_av), (VA_LABEL, "va", self.explanation.scores_va))
        for row, (label, name, scores) in enumerate(rows):
            top = _HEAD + row * (CELL + _WORDS)
            painter.setPen(colours.q(name))
            painter.setFont(text_font(bold=True))
            _write(painter, QRectF(SPACING, top, _ASIDE - SPACING, CELL), label, Qt.AlignmentFlag.AlignLeft)
            stack = self.explanation.attention_av if name == "av" else self.explanation.attention_va
            for column, (attribute, words) in enumerate(zip(self.attributes, self.names, strict=True)):
                left = _ASIDE + column * (CELL + SPACING)
                self._paint_map(painter, QRectF(left, top, CELL, CELL), stack, attribute)
                painter.setFont(small_font())
                painter.setPen(colours.q("text"))
                below = QRectF(left, top + CELL, CELL, _WORDS / 2)
                _write(painter, below, words, Qt.AlignmentFlag.AlignLeft)
                painter.setPen(colours.q("muted"))
                score = f"{float(scores[attribute]):.2f}".replace("-", "−")
                _write(painter, below.translated(0, _WORDS / 2 - 4), score, Qt.AlignmentFlag.AlignLeft)

    def _paint_map(self, painter: QPainter, room: QRectF, stack: NDArray[np.float32], attribute: int) -> None:
        width, height = self.explanation.image_size
        scale = min(room.width() / width, room.height() / height)
        image = QRectF(0, 0, width * scale, height * scale)
        image.moveCenter(room.center())
        painter.drawImage(image, self.picture)
        if not self.display.visible:
            return
        span = value_range(stack, attribute, self.display.policy)
        display = self.display
        above = cut_value(span, display.threshold)
        pixels = np.ascontiguousarray(
            coloured(stack[attribute], span, display.colours, smoothed=display.smooth, above=above)
        )
        heat = QImage(pixels.data, pixels.shape[1], pixels.shape[0], 4 * pixels.shape[1], QImage.Format.Format_RGBA8888)
        viewed = self.explanation.viewed
        place = QRectF(viewed.x * scale, viewed.y * scale, viewed.width * scale, viewed.height * scale)
        painter.setOpacity(self.display.opacity)
        # A vector picture keeps the image it is given: the copy outlives the array behind it.
        painter.drawImage(place.translated(image.topLeft()), heat.copy())
        painter.setOpacity(1.0)

    def image(self, ratio: float) -> QImage:
        """The sheet as pixels, ``ratio`` of them a drawn pixel."""
        image = QImage(self.size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.paint(painter)
        painter.end()
        return image

    def save(self, path: Path) -> None:
        """Writes it as PNG, as SVG, or as NPZ with the numbers, by the file's ending; MsdnError where it cannot be."""
        writers = {".png": self._save_png, ".svg": self._save_svg, ".npz": self._save_npz}
        write = writers.get(path.suffix.lower())
        if write is None:
            raise MsdnError(f"“{path.name}” has no ending that says what to write; end it in .png, .svg or .npz.")
        try:
            with replacing(path) as temporary:
                write(temporary)
        except OSError as fault:
            raise MsdnError(
                f"{path} could not be written ({fault.strerror or fault}); choose another folder."
            ) from fault

    def _save_png(self, path: Path) -> None:
        if not self.image(2.0).save(str(path), "PNG"):
            raise MsdnError(
                f"The picture could not be written to {path.parent}; choose a folder that can be written to."
            )

    def _save_svg(self, path: Path) -> None:
        generator = QSvgGenerator()
        generator.setFileName(str(path))
        generator.setSize(self.size)
        generator.setViewBox(QRect(0, 0, self.size.width(), self.size.height()))
        generator.setTitle(self.caption)
        painter = QPainter(generator)
        self.paint(painter)
        painter.end()

    def _save_npz(self, path: Path) -> None:
        columns = list(self.attributes)
        e = self.explanation
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                attributes=np.array(self.names),
                scores_av=e.scores_av[columns],
                scores_va=e.scores_va[columns],
                attention_av=e.attention_av[columns],
                attention_va=e.attention_va[columns],
                viewed=np.array([e.viewed.x, e.viewed.y, e.viewed.width, e.viewed.height]),
                image_size=np.array(e.image_size),
            )


def _write(painter: QPainter, room: QRectF, text: str, side: Qt.AlignmentFlag) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(room.width()))
    painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)
