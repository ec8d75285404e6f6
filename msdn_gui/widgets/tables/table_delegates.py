"""How table cells are drawn: numbers over bars, classes with their marks, attributes with their groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from msdn_core.domain.attributes import Attribute
from msdn_core.domain.display_names import group_text, value_text
from msdn_gui.look.theme import SEEN_SIGN, UNSEEN_SIGN, theme
from msdn_gui.widgets.mark import draw_mark
from msdn_gui.widgets.tables.ordered_table import BAR_ROLE, MARK_ROLE, TRUE_ROLE, TRUE_SIGN

if TYPE_CHECKING:
    from msdn_gui.widgets.index import Index

_MARGIN = 8
_BAR = 3.0


class BarDelegate(QStyledItemDelegate):
    """Draws a number, aligned right, above a bar of its size."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = _draw_background(painter, option, index)
        drawn = index.data(BAR_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if drawn is not None:
            start, end, colour = drawn
            room = QRectF(cell.rect).adjusted(_MARGIN, 0, -_MARGIN, -2)
            # The bar is below the number, so that it does not run through the digits.
            track = QRectF(room.left(), room.bottom() - _BAR, room.width(), _BAR)
            strip = QRectF(track.left() + start * track.width(), track.top(), (end - start) * track.width(), _BAR)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colours.q("hover"))
            painter.drawRoundedRect(track, 1.5, 1.5)
            painter.setBrush(theme().colours.q(colour))
            painter.drawRoundedRect(strip, 1.5, 1.5)
        painter.setPen(cell.palette.color(QPalette.ColorRole.Text))
        painter.setFont(cell.font)
        room = QRectF(cell.rect).adjusted(_MARGIN, 0, -_MARGIN, -_BAR)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(index.data() or ""))
        painter.restore()


class RoomyDelegate(QStyledItemDelegate):
    """Draws plain text aligned with its column's heading."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = _draw_background(painter, option, index)
        room = cell.rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        painter.save()
        painter.setPen(cell.palette.color(QPalette.ColorRole.Text))
        painter.setFont(cell.font)
        shown = painter.fontMetrics().elidedText(str(index.data() or ""), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(cell.displayAlignment), shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width() + 2 * _MARGIN, size.height())


class ClassDelegate(QStyledItemDelegate):
    """Draws a class's mark and name, with a check mark if it is the true class."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = _draw_background(painter, option, index)
        mark, true = str(index.data(MARK_ROLE)), bool(index.data(TRUE_ROLE))
        name = str(index.data() or "").strip(f"{SEEN_SIGN}{UNSEEN_SIGN}{TRUE_SIGN} ")
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(cell.rect.left() + _MARGIN + 5, cell.rect.center().y() + 0.5)
        draw_mark(painter, centre, mark)
        room = QRectF(cell.rect).adjusted(_MARGIN + 18, 0, -_MARGIN, 0)
        painter.setFont(cell.font)
        metrics = painter.fontMetrics()
        tail = metrics.horizontalAdvance(f" {TRUE_SIGN}") + 2 if true else 0
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room.width()) - tail)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(cell.palette.color(QPalette.ColorRole.Text))
        painter.drawText(room, left, shown)
        if true:
            painter.setPen(theme().colours.q("good"))
            painter.drawText(room.adjusted(metrics.horizontalAdvance(shown) + 6, 0, 0, 0), left, TRUE_SIGN)
        painter.restore()


class TextDelegate(QStyledItemDelegate):
    """Draws plain text in one of the theme's colours, aligned with the headings."""

    def __init__(self, parent: QObject, colour: str = "text") -> None:
        super().__init__(parent)
        self._colour = colour

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = _draw_background(painter, option, index)
        painter.save()
        painter.setFont(cell.font)
        painter.setPen(theme().colours.q(self._colour))
        room = QRectF(cell.rect).adjusted(_MARGIN, 0, -_MARGIN, 0)
        text = painter.fontMetrics().elidedText(
            str(index.data() or ""), Qt.TextElideMode.ElideRight, int(room.width()) + 1
        )
        painter.drawText(room, cell.displayAlignment | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


class AttributeDelegate(QStyledItemDelegate):
    """An attribute by its full name, shown as “group: value” with the group in the quiet colour."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = _draw_background(painter, option, index)
        attribute = Attribute.parse(str(index.data() or ""))
        group = f"{group_text(attribute.group)}: " if attribute.group else ""
        value = value_text(attribute)
        painter.save()
        painter.setFont(cell.font)
        metrics = painter.fontMetrics()
        room = QRectF(cell.rect).adjusted(_MARGIN, 0, -_MARGIN, 0)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        name_width = metrics.horizontalAdvance(value)
        shown = metrics.elidedText(group, Qt.TextElideMode.ElideRight, max(24, int(room.width()) - name_width - 2))
        painter.setPen(theme().colours.q("muted"))
        painter.drawText(room, left, shown)
        room.setLeft(room.left() + metrics.horizontalAdvance(shown))
        painter.setPen(cell.palette.color(QPalette.ColorRole.Text))
        name = metrics.elidedText(value, Qt.TextElideMode.ElideRight, int(room.width()) + 1)
        painter.drawText(room, left, name)
        painter.restore()


def _draw_background(painter: QPainter, option: QStyleOptionViewItem, index: Index) -> QStyleOptionViewItem:
    cell = QStyleOptionViewItem(option)
    QStyledItemDelegate().initStyleOption(cell, index)
    cell.text = ""
    cell.state &= ~QStyle.StateFlag.State_HasFocus
    style = cell.widget.style() if cell.widget is not None else QApplication.style()
    style.drawControl(QStyle.ControlElement.CE_ItemViewItem, cell, painter, cell.widget)
    is_chosen = bool(cell.state & QStyle.StateFlag.State_Selected)
    if is_chosen and index.column() == 0 and cell.widget is not None and cell.widget.hasFocus():
        # It shows which of several tables has the focus.
        painter.fillRect(cell.rect.adjusted(0, 0, 3 - cell.rect.width(), 0), theme().colours.q("accent"))
    return cell
