"""Why the table cannot be edited, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from msdn_gui.actions.bind import plain_text
from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_button, make_label, make_row

if TYPE_CHECKING:
    from msdn_gui.session import Session


class ReadOnlyNotice(QWidget):
    """A sentence above the table, shown as long as the table cannot be edited."""

    def __init__(self, session: Session, define: QAction, adopt: QAction) -> None:
        """``define`` defines attributes; ``adopt`` copies the checkpoint's classes into the project."""
        super().__init__()
        self._session = session
        self._sign = QLabel()
        self.text = make_label(name="classes_notice", wrap=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.define, self.adopt = _button(define, "notice_define"), _button(adopt, "adopt_table")
        row = make_row(self._sign, spacing=SPACING)
        row.addWidget(self.text, 1)
        row.addWidget(self.define)
        row.addWidget(self.adopt)
        row.setContentsMargins(2 * SPACING, SPACING // 2, SPACING, SPACING // 2)
        self.setLayout(row)
        theme().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.refresh()

    def refresh(self) -> None:
        """Show the reason that applies now."""
        project, borrowed = self._session.document.project, self._session.document.table_is_borrowed
        read_only = project is not None and project.read_only
        parts = []
        if borrowed:
            parts.append("These classes belong to the checkpoint; the project has none of its own.")
            if not read_only:
                parts.append("Copy them into the project to edit them, or define your own attributes.")
        if project is not None and read_only:
            parts.append(f"This project is read-only: {project.read_only_reason}")
        self.text.setText(" ".join(parts))
        for button in (self.define, self.adopt):
            button.setVisible(borrowed and not read_only)
        self.setVisible(bool(parts))

    def _on_theme_changed(self) -> None:
        self._sign.setPixmap(icon_pixmap("info", 18, "accent", self.devicePixelRatioF()))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a tinted background."""
        painter = QPainter(self)
        ground = QColor(theme().colours.q("accent"))
        ground.setAlphaF(0.12)
        painter.fillRect(self.rect(), ground)
        painter.end()


def _button(action: QAction, name: str) -> QPushButton:
    button = make_button(plain_text(action), name=name, tip=action.toolTip())
    button.clicked.connect(action.trigger)
    return button
