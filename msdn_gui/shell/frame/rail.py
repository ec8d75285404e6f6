"""The slim rail at the left: a button for each workspace, with icon and name."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.widgets.build import make_tool_button

_WIDTH = 72


class Rail(QWidget):
    """The button of the shown workspace is checked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACING // 2, SPACING, SPACING // 2, SPACING)
        self._column.setSpacing(SPACING // 2)
        self._column.addStretch(1)
        theme().changed.connect(self._update_width)

    def add(self, name: str, title: str, icon_name: str, hint: str = "") -> None:
        """Add a button at the bottom."""
        button = make_tool_button(name=f"rail-{name}", text=title, checkable=True, tip=hint or title)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(24, 24))
        button.setFont(small_font())
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFixedHeight(56)
        bind_icon(button, icon_name)
        button.clicked.connect(lambda: self.chosen.emit(name))
        self._group.addButton(button)
        self._buttons[name] = button
        self._column.insertWidget(self._column.count() - 1, button)
        self._update_width()

    def _update_width(self) -> None:
        """Make the rail as wide as its texts need."""
        letters = QFontMetrics(small_font())
        widest = max((letters.horizontalAdvance(button.text()) for button in self._buttons.values()), default=0)
        self.setFixedWidth(max(_WIDTH, widest + 5 * SPACING // 2))
        self.update()

    def set_current(self, name: str) -> None:
        """Check the button of the shown workspace."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a line at the workspace's edge."""
        painter = QPainter(self)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme().colours.q("line"))
        painter.end()
