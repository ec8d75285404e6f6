"""The pair of maps as a picture to keep."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPixmap

from msdn_core.errors import MsdnError
from msdn_gui.explore.maps.maps_panel import MapsPanel
from msdn_gui.look.theme import SPACING, text_font, theme
from msdn_gui.services.locations import file_name
from msdn_gui.session import Session


def suggested_name(session: Session) -> str:
    """A file name after the image and the attribute, safe on every system."""
    stem = Path(session.selection.image.name).stem if session.selection.image is not None else "maps"
    attribute = (
        session.document.table.attributes[session.selection.attribute].full_name
        if session.selection.attribute >= 0
        else ""
    )
    words = " ".join(part for part in (stem, attribute) if part)
    return file_name(words, ".png")


def save_pair(session: Session, maps: MapsPanel, path: Path) -> None:
    """Write both sides as they are on the screen, under a line that says what they show; MsdnError if it fails."""
    pair = maps.pair_picture()
    ratio = maps.devicePixelRatioF()
    colours = theme().colours
    margin, line = round(SPACING * ratio), round(28 * ratio)
    pixmap = QPixmap(pair.width(), pair.height() + line)
    pixmap.fill(colours.q("window"))
    painter = QPainter(pixmap)
    painter.drawPixmap(0, line, pair)
    font = text_font(bold=True)
    font.setPointSizeF(font.pointSizeF() * ratio)
    painter.setFont(font)
    painter.setPen(colours.q("text"))
    room = QRect(margin, 0, pixmap.width() - 2 * margin, line)
    words = painter.fontMetrics().elidedText(_caption(session), Qt.TextElideMode.ElideMiddle, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
    painter.end()
    if not pixmap.save(str(path), "PNG"):
        raise MsdnError(f"The picture could not be written to {path}; choose a folder that can be written to.")


def _caption(session: Session) -> str:
    parts = []
    if session.selection.attribute >= 0:
        parts.append(session.document.table.attributes[session.selection.attribute].full_name)
    if session.selection.image is not None:
        parts.append(session.selection.image.name)
    if session.inference.checkpoint is not None:
        parts.append(f"checkpoint {session.inference.checkpoint.label}")
    return ", ".join(parts)
