"""How a run is drawn in a list: an icon, its name, and a line in small print below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, small_font, text_font, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

HEIGHT = 48
_ICON = 16
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def paint_run(
    painter: QPainter,
    option: QStyleOptionViewItem,
    icon: tuple[str, str],
    name: str,
    facts: str,
    *,
    age: str = "",
) -> None:
    """Draw a run; ``icon`` is an icon and its colour in the theme, ``age`` is at the right of the name."""
    colours = theme().colours
    painter.save()
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(option.rect, colours.q("selection"))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(option.rect, colours.q("hover"))
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.fillRect(option.rect.adjusted(0, 0, 3 - option.rect.width(), 0), colours.q("accent"))
    room = option.rect.adjusted(SPACING, 5, -SPACING, -5)
    icon_name, colour = icon
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(room.left(), room.top() + 2, icon_pixmap(icon_name, _ICON, colour, ratio))
    text = room.adjusted(_ICON + SPACING, 0, 0, 0)
    upper, lower = text.adjusted(0, 0, 0, -text.height() // 2), text.adjusted(0, text.height() // 2, 0, 0)
    painter.setFont(small_font())
    painter.setPen(colours.q("muted"))
    painter.drawText(upper, Qt.AlignmentFlag.AlignRight | _MIDDLE, age)
    used = painter.fontMetrics().horizontalAdvance(age) + SPACING if age else 0
    for place, font, ink, words in (
        (lower, small_font(), "muted", facts),
        (upper.adjusted(0, 0, -used, 0), text_font(bold=True), "text", name),
    ):
        painter.setFont(font)
        painter.setPen(colours.q(ink))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | _MIDDLE, shown)
    painter.restore()
