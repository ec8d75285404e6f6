"""A button that shows the key which does the same."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton

from msdn_gui.look.theme import SPACING, small_font, theme


class KeyButton(QPushButton):
    """Stands for an action: does it, is enabled and checked as it is, and has its key at the right edge."""

    def __init__(self, action: QAction, text: str = "") -> None:
        super().__init__(text or action.text())
        self._action = action
        self.setObjectName(f"{action.objectName()}_button")
        self.setCheckable(action.isCheckable())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # A letter typed after a click goes to the workspace, not to the button.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: action.trigger())
        action.changed.connect(self._follow)
        self._follow()

    @property
    def key(self) -> str:
        """The key as it is shown."""
        return self._action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def set_text(self, text: str) -> None:
        """Shows another text; the action stays."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def _follow(self) -> None:
        self.setEnabled(self._action.isEnabled())
        if self._action.isCheckable():
            self.setChecked(self._action.isChecked())
        self.setToolTip(self._action.toolTip())
        self.update()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + self._key_width(), hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._key_width() + 5 * SPACING, self.sizeHint().height())

    def _key_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self.key) + SPACING

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        room = self.rect().adjusted(SPACING, 0, -SPACING, 0)
        colours = theme().colours
        middle = Qt.AlignmentFlag.AlignVCenter
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room.width() - self._key_width() - SPACING // 2
        )
        primary = self.property("look") == "primary" and self.isEnabled()
        painter.setPen(colours.q("on_accent" if primary else "text" if self.isEnabled() else "disabled"))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | middle, shown)
        painter.setFont(small_font())
        painter.setPen(colours.q("on_accent" if primary else "muted" if self.isEnabled() else "disabled"))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | middle, self.key)
        painter.end()
