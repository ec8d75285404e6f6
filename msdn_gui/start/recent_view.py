"""Recent projects as cards: a few images, name, path, contents, and when it was open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, small_font, text_font, theme
from msdn_gui.start.mosaic import mosaic
from msdn_gui.start.recent_model import RECENT_ROLE, Recent, RecentModel

if TYPE_CHECKING:
    from msdn_gui.services.thumbnails import Thumbnails
    from msdn_gui.widgets.index import Index

CELL = QSize(264, 218)
_PICTURE = 124
_CLOSE = 22
_RADIUS = 6.0


class RecentView(QListView):
    """A click or Return opens a project; Delete or the cross removes it from the list."""

    chosen = Signal(object)
    """The path of the project to open."""
    removed = Signal(object)
    """The path of the project to remove from the list."""

    def __init__(self, model: RecentModel, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recentProjects")
        self.setAccessibleName("Recent projects")
        model.setParent(self)
        self.setModel(model)
        self._thumbnails = thumbnails
        self.setItemDelegate(_CardDelegate(self, thumbnails))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(CELL)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setStyleSheet("QListView { background: transparent; }")
        thumbnails.ready.connect(lambda _: self.viewport().update() if self.isVisible() else None)
        theme().changed.connect(self.viewport().update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        recent: Recent | None = self.currentIndex().data(RECENT_ROLE)
        if recent is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(recent.path)
        elif recent is not None and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(recent.path)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        index = self.indexAt(place)
        recent: Recent | None = index.data(RECENT_ROLE)
        if event.button() is not Qt.MouseButton.LeftButton or recent is None:
            return
        is_cross = self.cross_of(index).contains(place)
        (self.removed if is_cross else self.chosen).emit(recent.path)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if keyboard else self.indexAt(event.pos())
        recent: Recent | None = index.data(RECENT_ROLE)
        if recent is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Open").triggered.connect(lambda: self.chosen.emit(recent.path))
        menu.addAction("Remove from this list").triggered.connect(lambda: self.removed.emit(recent.path))
        menu.popup(self.viewport().mapToGlobal(self.visualRect(index).center()) if keyboard else event.globalPos())

    def cross_of(self, index: Index) -> QRect:
        """Return the rectangle of a card's cross in the viewport."""
        return _cross(card_of(self.visualRect(index)))

    def settled(self) -> bool:
        """Return whether all images are loaded."""
        return self._thumbnails.settled()


def card_of(cell: QRect) -> QRect:
    """Return the rectangle of the card in its cell."""
    return cell.adjusted(2, 2, 2 - SPACING * 2, 2 - SPACING * 2)


def _cross(card: QRect) -> QRect:
    return QRect(card.topRight() + QPoint(1 - _CLOSE - 4, 4), QSize(_CLOSE, _CLOSE))


class _CardDelegate(QStyledItemDelegate):
    def __init__(self, view: RecentView, thumbnails: Thumbnails) -> None:
        super().__init__(view)
        self._thumbnails = thumbnails
        self._mosaics: dict[Path, tuple[object, QPixmap]] = {}

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        recent: Recent = index.data(RECENT_ROLE)
        colours, card = theme().colours, card_of(option.rect)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colours.q("raised" if hovered else "panel"))
        painter.setPen(QPen(colours.q("accent"), 2) if has_focus else QPen(colours.q("line"), 1))
        painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        if recent.is_missing:
            painter.setOpacity(0.45)
        painter.drawPixmap(card.topLeft() + QPoint(2, 2), self._mosaic(recent, card.width() - 4, painter))
        painter.setOpacity(1.0)
        self._write(painter, recent, card.adjusted(12, 2 + _PICTURE + SPACING, -12, -SPACING))
        if hovered:
            cross = _cross(card)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.q("panel"))
            painter.drawEllipse(cross)
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(cross.topLeft() + QPoint(4, 4), icon_pixmap("close", _CLOSE - 8, "text", ratio))
        painter.restore()

    def _write(self, painter: QPainter, recent: Recent, room: QRect) -> None:
        state = "warning" if recent.is_missing else "accent" if recent.is_open else "muted"
        lines: tuple[tuple[str, QFont, str, Qt.TextElideMode], ...] = (
            (recent.name, text_font(bold=True), "text", Qt.TextElideMode.ElideRight),
            (str(recent.path), small_font(), "muted", Qt.TextElideMode.ElideMiddle),
            (recent.facts, small_font(), "muted", Qt.TextElideMode.ElideRight),
            (recent.state, small_font(), state, Qt.TextElideMode.ElideRight),
        )
        top = room.top()
        for text, font, colour, mode in lines:
            if not text:
                continue
            painter.setFont(font)
            painter.setPen(theme().colours.q(colour))
            height = painter.fontMetrics().height() + 2
            line = QRect(room.left(), top, room.width(), height)
            painter.drawText(
                line, Qt.AlignmentFlag.AlignVCenter, painter.fontMetrics().elidedText(text, mode, room.width())
            )
            top += height

    def _mosaic(self, recent: Recent, width: int, painter: QPainter) -> QPixmap:
        """Return a card's picture, composed again only if an image, the theme or the screen changed."""
        ratio = painter.device().devicePixelRatioF()
        # Images on a drive that does not respond are not loaded.
        pictures = recent.remembered.pictures if recent.exists else ()
        loaded = [self._thumbnails.get(Path(text)) for text in pictures]
        images = [image for image in loaded if image is not None and not image.isNull()]
        key = (tuple(image.cacheKey() for image in images), width, ratio, theme().dark)
        kept = self._mosaics.get(recent.path)
        if kept is None or kept[0] != key:
            kept = (key, mosaic(images, width, _PICTURE, ratio))
            self._mosaics[recent.path] = kept
        return kept[1]
