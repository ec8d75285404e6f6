"""The maps of the strongest attributes as small multiples: one column per attribute, one row per sub-net.

Evidence has a third row, of both sub-nets fused.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from msdn_core.atomic import replacing
from msdn_core.domain.attention import value_range
from msdn_core.domain.display_names import attribute_text
from msdn_core.domain.evidence import MapKind
from msdn_core.errors import MsdnError
from msdn_gui.explore.maps.map_subject import MapSubject
from msdn_gui.look.theme import AV_LABEL, SPACING, VA_LABEL, small_font, text_font, theme
from msdn_gui.widgets.maps.heat import coloured, cut_value

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.domain.explanation import Explanation
    from msdn_gui.widgets.maps.map_controls import Display

CELL = 176
"""Width and height of one map in pixels."""
_CAPTION = 38
_LABEL = 52
_HEAD = 30


@dataclass(frozen=True, eq=False)
class Sheet:
    """Some attributes of one image's explanation."""

    picture: QImage
    explanation: Explanation
    attributes: tuple[int, ...]
    names: tuple[str, ...]
    """The full name of each attribute; shown readably, written raw."""
    caption: str
    display: Display
    subject: MapSubject = field(default_factory=MapSubject)
    """What the maps show; maps of classes are drawn as what each attribute adds to them."""

    @property
    def _rows(self) -> tuple[tuple[str, str, NDArray[np.float32]], ...]:
        """The label, the theme's colour and the (K, H, W) maps of each row."""
        sides = [("av", AV_LABEL, "av"), ("va", VA_LABEL, "va")]
        sides += [("fused", "Fused", "accent")] if self.subject.kind.is_signed else []
        return tuple((label, colour, self._stack(side)) for side, label, colour in sides)

    def _stack(self, side: str) -> NDArray[np.float32]:
        if not self.subject.kind.is_of_class:
            return self.subject.stack(self.explanation, side)
        evidence = replace(self.subject, kind=MapKind.EVIDENCE).stack(self.explanation, side)
        vector = self.subject.vector
        return evidence if vector is None else np.asarray(evidence * vector[:, None, None], np.float32)

    @property
    def size(self) -> QSize:
        """The size in pixels."""
        width = _LABEL + len(self.attributes) * (CELL + SPACING) + SPACING
        rows = 3 if self.subject.kind.is_signed else 2
        return QSize(width, _HEAD + rows * (CELL + _CAPTION) + SPACING)

    def paint(self, painter: QPainter) -> None:
        """Paint the sheet at its size, in the colours of the theme."""
        colours = theme().colours
        painter.fillRect(QRect(0, 0, self.size.width(), self.size.height()), colours.q("window"))
        painter.setPen(colours.q("text"))
        painter.setFont(text_font(bold=True))
        head = QRectF(SPACING, 0, self.size.width() - 2 * SPACING, _HEAD)
        _write(painter, head, self.caption, Qt.AlignmentFlag.AlignLeft)
        scores = (self.explanation.scores_av, self.explanation.scores_va)
        for row, (label, colour, stack) in enumerate(self._rows):
            top = _HEAD + row * (CELL + _CAPTION)
            painter.setPen(colours.q(colour))
            painter.setFont(text_font(bold=True))
            _write(painter, QRectF(SPACING, top, _LABEL - SPACING, CELL), label, Qt.AlignmentFlag.AlignLeft)
            for column, (attribute, full_name) in enumerate(zip(self.attributes, self.names, strict=True)):
                left = _LABEL + column * (CELL + SPACING)
                self._paint_map(painter, QRectF(left, top, CELL, CELL), stack, attribute)
                painter.setFont(small_font())
                painter.setPen(colours.q("text"))
                below = QRectF(left, top + CELL, CELL, _CAPTION / 2)
                _write(painter, below, attribute_text(full_name), Qt.AlignmentFlag.AlignLeft)
                painter.setPen(colours.q("muted"))
                is_signed = self.subject.kind.is_signed
                number = float(stack[attribute].sum() if is_signed else scores[row][attribute])
                score = ("sum " if is_signed else "") + f"{number:.2f}".replace("-", "−")
                _write(painter, below.translated(0, _CAPTION / 2 - 4), score, Qt.AlignmentFlag.AlignLeft)

    def _paint_map(self, painter: QPainter, room: QRectF, stack: NDArray[np.float32], attribute: int) -> None:
        width, height = self.explanation.image_size
        scale = min(room.width() / width, room.height() / height)
        image = QRectF(0, 0, width * scale, height * scale)
        image.moveCenter(room.center())
        painter.drawImage(image, self.picture)
        if not self.display.visible:
            return
        display, signed = self.display, self.subject.kind.is_signed
        span = value_range(stack, attribute, display.policy, signed=signed)
        threshold = cut_value(span, display.threshold, signed=signed)
        pixels = np.ascontiguousarray(
            coloured(stack[attribute], span, display.map_colours, smoothed=display.smooth, above=threshold)
        )
        heat = QImage(pixels.data, pixels.shape[1], pixels.shape[0], 4 * pixels.shape[1], QImage.Format.Format_RGBA8888)
        viewed = self.explanation.viewed
        place = QRectF(viewed.x * scale, viewed.y * scale, viewed.width * scale, viewed.height * scale)
        painter.setOpacity(self.display.opacity)
        # A vector picture keeps the image, so it needs a copy that outlives the array.
        painter.drawImage(place.translated(image.topLeft()), heat.copy())
        painter.setOpacity(1.0)

    def image(self, ratio: float) -> QImage:
        """Return the sheet as an image with ``ratio`` pixels per pixel of its size."""
        image = QImage(self.size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.paint(painter)
        painter.end()
        return image

    def save(self, path: Path) -> None:
        """Write the sheet as PNG, SVG, or NPZ with numbers, by the file's extension; raise MsdnError if that fails."""
        writers = {".png": self._save_png, ".svg": self._save_svg, ".npz": self._save_npz}
        write = writers.get(path.suffix.lower())
        if write is None:
            raise MsdnError(f"The format of “{path.name}” is unknown; use the extension .png, .svg or .npz.")
        try:
            with replacing(path) as temporary:
                write(temporary)
        except OSError as error:
            raise MsdnError(
                f"{path} could not be written ({error.strerror or error}); choose another folder."
            ) from error

    def _save_png(self, path: Path) -> None:
        if not self.image(2.0).save(str(path)):
            raise MsdnError(f"The picture could not be written to {path.parent}; choose another folder.")

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
        explanation, viewed, subject = self.explanation, self.explanation.viewed, self.subject
        of_class: dict[str, Any] = {}
        if subject.kind.is_of_class:
            of_class = {f"{subject.kind}_{side}": subject.stack(explanation, side)[0] for side in ("av", "va", "fused")}
            names = {"class": subject.class_name, "other": subject.other}
            of_class |= {f"{subject.kind}_{key}": np.array(name) for key, name in names.items() if name}
        pooled: dict[str, Any] = {}
        if explanation.fusion.pooled:
            pooled["scores_pooled"] = explanation.scores_pooled[columns]
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                attributes=np.array(self.names),
                scores_av=explanation.scores_av[columns],
                scores_va=explanation.scores_va[columns],
                **pooled,
                attention_av=explanation.attention_av[columns],
                attention_va=explanation.attention_va[columns],
                evidence_av=explanation.evidence_av[columns],
                evidence_va=explanation.evidence_va[columns],
                evidence=explanation.evidence[columns],
                **of_class,
                viewed=np.array([viewed.x, viewed.y, viewed.width, viewed.height]),
                image_size=np.array(explanation.image_size),
            )


def _write(painter: QPainter, room: QRectF, text: str, side: Qt.AlignmentFlag) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(room.width()))
    painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)
