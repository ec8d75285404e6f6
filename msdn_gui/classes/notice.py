"""Why the table cannot be edited, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_button, make_label


class Notice(QWidget):
    """One sentence over the table; it is there as long as it is true."""

    adopt_asked = Signal()
    """The borrowed classes shall become the project's own."""

    def __init__(self, session: Session, define: QAction) -> None:
        """``define`` asks for attributes of the project's own."""
        super().__init__()
        self._session = session
        self._sign = QLabel()
        self.text = make_label(name="classes_notice", wrap=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.adopt = make_button("Take them into the project", name="adopt_table")
        self.adopt.clicked.connect(self.adopt_asked)
        self.own = make_button(define.text(), name="own_attributes")
        self.own.setToolTip(define.toolTip())
        self.own.clicked.connect(define.trigger)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACING, SPACING // 2, SPACING, SPACING // 2)
        row.setSpacing(SPACING)
        row.addWidget(self._sign)
        row.addWidget(self.text, 1)
        row.addWidget(self.own)
        row.addWidget(self.adopt)
        theme().changed.connect(self._redraw)
        session.document.table_changed.connect(self.refresh)
        session.document.project_changed.connect(self.refresh)
        self._redraw()
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Say what holds now."""
        project, borrowed = self._session.document.project, self._session.document.table_is_borrowed
        read_only = project is not None and project.read_only
        parts = []
        if borrowed:
            parts.append("These classes are the checkpoint's; the project has none of its own.")
            if not read_only:
                parts.append("Take them into the project to edit them, or begin with your own.")
        if project is not None and read_only:
            parts.append(
                f"This project is open for reading only, so nothing can be changed: {project.read_only_reason}"
            )
        self.text.setText(" ".join(parts))
        for button in (self.own, self.adopt):
            button.setVisible(borrowed and not read_only)
        self.setVisible(bool(parts))

    def _redraw(self) -> None:
        self._sign.setPixmap(icon_pixmap("info", 18, "accent", self.devicePixelRatioF()))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        ground = QColor(theme().colours.q("accent"))
        ground.setAlphaF(0.12)
        painter.fillRect(self.rect(), ground)
        painter.end()
