"""The list of the command palette: its model, and how a row is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QObject, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QTextLayout
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from msdn_gui.look.theme import SPACING, small_font, text_font, theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_gui.shell.palette.finder import Found
    from msdn_gui.widgets.index import Index

RESULT_ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 30


class PaletteModel(QAbstractListModel):
    """The matches, the best first; what is not available now cannot be selected."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: Sequence[Found] = ()

    def show_found(self, found: Sequence[Found]) -> None:
        """Replace the rows."""
        self.beginResetModel()
        self._found = found
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        found = self._found[index.row()]
        entry = found.entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == RESULT_ROLE:
            return found
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (entry.text, entry.place, entry.keys, entry.reason) if part)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self._found[index.row()].entry.reason:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class PaletteDelegate(QStyledItemDelegate):
    """The name with the typed letters marked, the place or why it is not available, and the keys."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found: Found = index.data(RESULT_ROLE)
        entry, colours = found.entry, theme().colours
        is_current = index == self._view.currentIndex()
        painter.save()
        painter.fillRect(option.rect, colours.q("selection" if is_current else "raised"))
        room = option.rect.adjusted(SPACING, 0, -SPACING, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(small_font())
        painter.setPen(colours.q("disabled" if entry.reason else "text"))
        keys = painter.fontMetrics().horizontalAdvance(entry.keys)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | middle, entry.keys)
        room.setRight(room.right() - (keys + 2 * SPACING if keys else 0))
        used = self._draw_name(painter, room, found)
        room.setLeft(min(room.left() + used + 2 * SPACING, room.right()))
        painter.setFont(small_font())
        painter.setPen(colours.q("muted"))
        aside = entry.reason or entry.place
        shown = painter.fontMetrics().elidedText(aside, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | middle, shown)
        painter.restore()

    def _draw_name(self, painter: QPainter, room: QRect, found: Found) -> int:
        """Draw the name and return its width."""
        colours = theme().colours
        plain, bold = text_font(), text_font(bold=True)
        layout = QTextLayout(found.entry.text, plain)
        formats = []
        for place in sorted(found.places):
            if place < len(found.entry.text):
                one = QTextLayout.FormatRange()
                one.start, one.length = place, 1
                one.format.setFont(bold)
                one.format.setForeground(colours.q("disabled" if found.entry.reason else "accent"))
                formats.append(one)
        layout.setFormats(formats)
        layout.beginLayout()
        line = layout.createLine()
        line.setNumColumns(max(1, len(found.entry.text)))
        layout.endLayout()
        painter.save()
        painter.setClipRect(room)
        painter.setPen(colours.q("disabled" if found.entry.reason else "text"))
        layout.draw(painter, QPointF(room.left(), room.top() + (room.height() - line.height()) / 2))
        painter.restore()
        return min(round(line.naturalTextWidth()), room.width())
