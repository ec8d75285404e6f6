"""Shown in an empty place: what will be here, and how to get it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_label

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

_LINE = 420
"""Pixels: a comfortable line of text."""


class EmptyState(QWidget):
    """An icon, a title, a sentence, and buttons of actions."""

    def __init__(
        self, icon_name: str, title: str, text: str, actions: tuple[QAction, ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("emptyState")
        self._icon_name = icon_name
        self._icon = make_label(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = make_label(title, alignment=Qt.AlignmentFlag.AlignCenter, name="emptyTitle")
        self._title.setProperty("look", "heading")
        self._text = make_label(text, alignment=Qt.AlignmentFlag.AlignCenter, name="emptyText")
        self._text.setProperty("look", "muted")
        self._text.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setSpacing(SPACING)
        column.addStretch(1)
        column.addWidget(self._icon)
        column.addWidget(self._title)
        column.addWidget(self._text, 0, Qt.AlignmentFlag.AlignHCenter)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACING)
        self._buttons.addStretch(1)
        for place, action in enumerate(actions):
            self._buttons.addWidget(_button(action, primary=place == 0))
        self._buttons.addStretch(1)
        column.addSpacing(SPACING)
        column.addLayout(self._buttons)
        column.addStretch(2)
        theme().changed.connect(self._update_icon)
        self.set_text(title, text)
        self._update_icon()

    def set_text(self, title: str, text: str) -> None:
        """Show other texts."""
        self._title.setText(title)
        self._text.setText(text)
        # A layout gives a wrapped label in a centred column neither width nor height.
        width = min(_LINE, self._text.fontMetrics().horizontalAdvance(text) + SPACING)
        self._text.setFixedSize(width, self._text.heightForWidth(width))

    def _update_icon(self) -> None:
        self._icon.setPixmap(icon_pixmap(self._icon_name, 40, "disabled", self.devicePixelRatioF()))


def _button(action: QAction, *, primary: bool) -> QPushButton:
    button = QPushButton(action.text().replace("&", "").removesuffix(" …"))
    if primary:
        button.setProperty("look", "primary")
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    button.clicked.connect(action.trigger)
    return button
