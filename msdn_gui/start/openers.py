"""Buttons that open something, with icon, name and hint; and the area to drop a folder on."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, small_font, text_font, theme

_HEIGHT = 52
_ICON = 22
_RADIUS = 6.0


class OpenerButton(QAbstractButton):
    """The button of an action, with its hint below the name."""

    def __init__(self, action: QAction, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"start_{action.objectName()}")
        self._icon_name = icon_name
        self.setText(action.text().replace("&", ""))
        self.setToolTip(action.toolTip())
        self._hint = action.statusTip()
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(self._hint)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setEnabled(action.isEnabled())
        action.enabledChanged.connect(self.setEnabled)
        self.clicked.connect(action.trigger)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(260, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        background = "pressed" if self.isDown() else "hover" if self.underMouse() else ""
        painter.setBrush(colours.q(background) if background else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colours.q("accent"), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)
        icon = icon_pixmap(
            self._icon_name, _ICON, "accent" if self.isEnabled() else "disabled", self.devicePixelRatioF()
        )
        painter.drawPixmap(12, (self.height() - _ICON) // 2, icon)
        left = 12 + _ICON + 12
        room = QRect(left, 7, self.width() - left - SPACING, (self.height() - 14) // 2)
        for text, font, colour in ((self.text(), text_font(), "text"), (self._hint, small_font(), "muted")):
            painter.setFont(font)
            painter.setPen(colours.q(colour if self.isEnabled() else "disabled"))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
            room.translate(0, room.height())
        painter.end()


class DropZone(QWidget):
    """Shows that a folder can be dropped; the window accepts it anywhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dropZone")
        self._is_over = False
        self.setMinimumHeight(72)
        self.setAccessibleName("Drop a folder here")
        theme().changed.connect(self.update)

    def show_drag(self, is_over: bool) -> None:
        """Show whether something that can be opened is dragged over the window."""
        self._is_over = is_over
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colours.q("selection") if self._is_over else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colours.q("accent" if self._is_over else "disabled"), 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)
        painter.setPen(colours.q("text" if self._is_over else "muted"))
        painter.setFont(small_font())
        text = "Drop to open" if self._is_over else "or drop a project, a data set\nor a folder of images here"
        painter.drawText(self.rect().adjusted(8, 8, -8, -8), Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
