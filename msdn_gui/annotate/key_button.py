"""A button that shows the key of its action."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton

from msdn_gui.look.theme import SPACING, small_font, theme


class KeyButton(QPushButton):
    """Triggers an action, is enabled and checked as the action is, and shows its key at the right edge."""

    def __init__(self, action: QAction, text: str = "") -> None:
        super().__init__(text or action.text())
        self._action = action
        self.setObjectName(f"{action.objectName()}_button")
        self.setCheckable(action.isCheckable())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # A letter typed after a click goes to the workspace, not to the button.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: action.trigger())
        action.changed.connect(self._on_action_changed)
        self._on_action_changed()

    @property
    def key(self) -> str:
        """The key as it is shown."""
        return self._action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def set_text(self, text: str) -> None:
        """Show another text than the action's."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Leave room for the key."""
        hint = super().sizeHint()
        return QSize(hint.width() + self._key_width(), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Allow the text to be elided, but not the key."""
        return QSize(self._key_width() + 5 * SPACING, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the text at the left and the key at the right."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        area = self.rect().adjusted(SPACING, 0, -SPACING, 0)
        colours = theme().colours
        middle = Qt.AlignmentFlag.AlignVCenter
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, area.width() - self._key_width() - SPACING // 2
        )
        is_primary = self.property("look") == "primary" and self.isEnabled()
        painter.setPen(colours.q("on_accent" if is_primary else "text" if self.isEnabled() else "disabled"))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | middle, shown)
        painter.setFont(small_font())
        painter.setPen(colours.q("on_accent" if is_primary else "muted" if self.isEnabled() else "disabled"))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, self.key)
        painter.end()

    def _on_action_changed(self) -> None:
        self.setEnabled(self._action.isEnabled())
        if self._action.isCheckable():
            self.setChecked(self._action.isChecked())
        self.setToolTip(self._action.toolTip())
        self.update()

    def _key_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self.key) + SPACING
