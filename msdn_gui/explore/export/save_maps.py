"""Saves the maps on the screen as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPixmap

from msdn_core.domain.display_names import attribute_text
from msdn_core.errors import MsdnError
from msdn_gui.look.theme import SPACING, text_font, theme
from msdn_gui.services.locations import file_name

if TYPE_CHECKING:
    from msdn_gui.explore.maps.map_subject import MapSubject
    from msdn_gui.explore.maps.maps_panel import MapsPanel
    from msdn_gui.session import Session


def suggested_name(session: Session) -> str:
    """Return a file name made of image and attribute, valid on every system."""
    stem = Path(session.selection.image.name).stem if session.selection.image is not None else "maps"
    attribute = (
        session.document.table.attributes[session.selection.attribute].full_name
        if session.selection.attribute >= 0
        else ""
    )
    return file_name(" ".join(part for part in (stem, attribute) if part), ".png")


def save_maps(session: Session, maps: MapsPanel, path: Path) -> None:
    """Write the maps as they are on the screen, under a caption; raise MsdnError if that fails."""
    pair = maps.grab_maps()
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
    caption = painter.fontMetrics().elidedText(
        _caption(session, maps.subject()), Qt.TextElideMode.ElideMiddle, room.width()
    )
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, caption)
    painter.end()
    if not pixmap.save(str(path)):
        raise MsdnError(f"The picture could not be written to {path}; choose another folder.")


def _caption(session: Session, subject: MapSubject) -> str:
    parts = [subject.kind.value] if subject.kind.is_signed else []
    if subject.kind.is_of_class:
        parts.append(subject.title)
    elif session.selection.attribute >= 0:
        parts.append(attribute_text(session.document.table.attributes[session.selection.attribute]))
    if session.selection.image is not None:
        parts.append(session.selection.image.name)
    if session.inference.checkpoint is not None:
        parts.append(f"checkpoint {session.inference.checkpoint.label}")
    return ", ".join(parts)
