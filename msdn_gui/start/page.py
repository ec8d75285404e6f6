"""The start screen: recent projects, and ways to open others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QFont, QShowEvent, QUndoStack
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from msdn_core.project import Project
from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, text_font, theme
from msdn_gui.services.background import Background
from msdn_gui.start.commands import RemoveRecent
from msdn_gui.start.openers import DropZone, OpenerButton
from msdn_gui.start.recent_model import RecentModel
from msdn_gui.start.recent_view import CELL, RecentView
from msdn_gui.widgets.build import make_button, make_column, make_label, make_row, without_margins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_gui.services import Services
    from msdn_gui.session import Session

_OPENERS_WIDTH = 276
_TITLE_POINTS = 16.0


class StartPage(QWidget):
    """Shown while no project is open, or on request."""

    chosen = Signal(object)
    """The path of a recent project to open."""

    def __init__(
        self,
        session: Session,
        services: Services,
        openers: Sequence[tuple[QAction, str]],
        parent: QWidget | None = None,
    ) -> None:
        """``openers`` are the actions that open something, each with the name of its icon."""
        super().__init__(parent)
        self.setObjectName("start")
        self._session, self._settings = session, services.settings
        self._existing: dict[str, bool] = {}
        self.undo_stack = QUndoStack(self)
        services.undo_group.addStack(self.undo_stack)
        self._checking = Background(self)
        self._checking.done.connect(self._on_checked)
        self._model = RecentModel()
        self.recents = RecentView(self._model, services.thumbnails)
        self.recents.chosen.connect(self.chosen)
        self.recents.removed.connect(lambda path: self.undo_stack.push(RemoveRecent(self._settings, path)))
        self.drop_zone = DropZone()
        self._logo = QLabel()
        self._compose(openers)
        self._settings.changed.connect(self._update_recents)
        session.document.project_changed.connect(lambda _: self._update_recents())
        self.undo_stack.indexChanged.connect(self._update_undo)
        theme().changed.connect(self._redraw)
        self._redraw()
        self._update_recents()

    def settled(self) -> bool:
        """Return whether all cards are complete."""
        return self._existing.keys() >= set(self._settings.value.recent_projects) and self.recents.settled()

    def check_projects(self) -> None:
        """Check on another thread which projects still exist: a drive may be slow or missing."""
        paths = self._settings.value.recent_projects
        self._checking.start(lambda: {text: Project.is_project(Path(text)) for text in paths})

    # Inside

    def _compose(self, openers: Sequence[tuple[QAction, str]]) -> None:
        below = QHBoxLayout()
        below.setSpacing(SPACING * 3)
        below.addWidget(self._make_openers(openers))
        below.addLayout(self._make_recents(), 1)
        whole = QWidget()
        # Four cards side by side; a wider window has space around them.
        whole.setMaximumWidth(_OPENERS_WIDTH + SPACING * 8 + 4 * CELL.width() + SPACING * 2)
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(SPACING * 3, SPACING * 3, SPACING * 2, SPACING * 2)
        rows.setSpacing(SPACING * 3)
        rows.addLayout(self._make_head())
        rows.addLayout(below, 1)
        page = without_margins(QHBoxLayout(self))
        page.addStretch(1)
        page.addWidget(whole, 1000)
        page.addStretch(1)
        self._update_undo()

    def _make_head(self) -> QHBoxLayout:
        title = make_label("MSDN Explorer", name="startTitle")
        title.setFont(text_font(_TITLE_POINTS, bold=True))
        line = make_label(
            "Explore images with both attention sub-nets, and define classes without any images.", wrap=True
        )
        line.setProperty("look", "muted")
        head = make_row(self._logo, make_column(title, line, spacing=2), spacing=SPACING * 2)
        head.setAlignment(self._logo, Qt.AlignmentFlag.AlignVCenter)
        head.setStretch(1, 1)
        return head

    def _make_openers(self, openers: Sequence[tuple[QAction, str]]) -> QWidget:
        left = QWidget()
        left.setFixedWidth(_OPENERS_WIDTH)
        column = make_column(_heading("Open"), *(OpenerButton(action, icon) for action, icon in openers), spacing=0)
        column.addSpacing(SPACING)
        column.addWidget(self.drop_zone)
        column.addStretch(1)
        left.setLayout(column)
        return left

    def _make_recents(self) -> QVBoxLayout:
        nothing = make_label(
            "Projects that you open appear here.",
            name="noRecents",
            alignment=Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft,
        )
        nothing.setProperty("look", "muted")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.recents)
        self._pages.addWidget(nothing)
        self._removed = make_label(name="removedRecent")
        self._removed.setProperty("look", "muted")
        self._undo = make_button("Undo", name="undoRemoval")
        self._undo.clicked.connect(self.undo_stack.undo)
        notice = make_row(self._removed, self._undo)
        notice.setContentsMargins(0, 0, SPACING * 2, 0)
        notice.setStretch(0, 1)
        right = make_column(_heading("Recent projects"), self._pages, notice, spacing=SPACING)
        right.setStretch(1, 1)
        return right

    def _redraw(self) -> None:
        self._logo.setPixmap(icon_pixmap("logo", 48, "accent", self.devicePixelRatioF()))

    def _update_recents(self) -> None:
        kept, project = self._settings.value, self._session.document.project
        opened = project.path if project is not None else None
        self._model.show_recents(kept.recent_projects, kept.projects, self._existing, opened)
        self._pages.setCurrentIndex(0 if kept.recent_projects else 1)

    def _on_checked(self, existing: dict[str, bool]) -> None:
        self._existing = existing
        self._update_recents()

    def _update_undo(self, _place: int = 0) -> None:
        can = self.undo_stack.canUndo()
        text = self.undo_stack.undoText()
        self._removed.setText(f"{text.replace('Remove ', 'Removed ', 1)}. Its folder was not changed." if can else "")
        for widget in (self._removed, self._undo):
            widget.setVisible(can)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.check_projects()
        focus = QApplication.focusWidget()
        if focus is None or not self.isAncestorOf(focus):
            self.recents.setFocus(Qt.FocusReason.OtherFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # A drive may have been connected while another program was active.
        if event.type() is QEvent.Type.ActivationChange and self.isVisible() and self.isActiveWindow():
            self.check_projects()


def _heading(text: str) -> QLabel:
    made = QLabel(text)
    font = QFont(text_font(bold=True))
    made.setFont(font)
    made.setContentsMargins(0, 0, 0, SPACING)
    return made
