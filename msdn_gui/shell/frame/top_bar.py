"""The top bar: the open project and the checkpoint in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, text_font, theme
from msdn_gui.session.checkpoints import Checkpoint, run_behind
from msdn_gui.widgets.build import make_label, make_tool_button
from msdn_gui.widgets.menu_heading import menu_heading

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_core.project import Project
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange

_LABEL_CHARACTERS = 40


class TopBar(QWidget):
    """Two buttons with menus that are filled when they open, and notes on the project."""

    classes_asked = Signal()
    """The note on borrowed classes was clicked."""

    def __init__(
        self,
        session: Session,
        fill_project_menu: Callable[[QMenu], None],
        open_checkpoint: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self._session = session
        self._open_checkpoint = open_checkpoint
        self.project_button = _menu_button("projectButton", "project", "The open project; click to open another one")
        self.project_button.setFont(text_font(bold=True))
        self.checkpoint_button = _menu_button(
            "checkpointButton", "checkpoint", "The checkpoint in use; click to select another one"
        )
        self._note = make_label(name="topNote")
        self._note.setProperty("look", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        row.setSpacing(SPACING)
        row.addWidget(self.project_button)
        row.addWidget(self.checkpoint_button)
        self._borrowed = make_tool_button(name="borrowed", text="Classes borrowed from the checkpoint")
        self._borrowed.setToolTip(
            "The project has no classes of its own. Click to define attributes in Classes, or to copy these classes"
        )
        self._borrowed.clicked.connect(self.classes_asked)
        row.addWidget(self._borrowed)
        row.addWidget(self._note)
        row.addStretch(1)
        self._fill_project_menu = fill_project_menu
        self.project_button.menu().aboutToShow.connect(self._fill_projects)
        self.checkpoint_button.menu().aboutToShow.connect(self._fill_checkpoints)
        session.document.project_changed.connect(self._on_project_changed)
        session.inference.checkpoint_changed.connect(self._on_checkpoint_changed)
        session.document.table_changed.connect(self._on_table_changed)
        theme().changed.connect(self.update)
        self._on_project_changed(session.document.project)
        self._on_checkpoint_changed(session.inference.checkpoint)

    def _on_project_changed(self, project: Project | None) -> None:
        self.project_button.setText(_short(project.name if project is not None else "No project"))
        self.project_button.setToolTip(str(project.path) if project is not None else "Open a project")
        self.checkpoint_button.setEnabled(project is not None)
        self._update_notes()

    def _on_checkpoint_changed(self, checkpoint: Checkpoint | None) -> None:
        label = checkpoint.label if checkpoint is not None else "none"
        self.checkpoint_button.setText(f" Checkpoint:{_short(label)}")
        self._update_notes()

    def _on_table_changed(self, change: TableChange) -> None:
        if not change.is_values_only:
            self._update_notes()

    def _update_notes(self) -> None:
        project = self._session.document.project
        reason = project.read_only_reason if project is not None and project.read_only else ""
        self._note.setText("Read-only" if reason else "")
        self._note.setToolTip(reason[:1].upper() + reason[1:])
        self._borrowed.setVisible(self._session.document.table_is_borrowed)

    def _fill_projects(self) -> None:
        menu = self.project_button.menu()
        menu.clear()
        self._fill_project_menu(menu)

    def _fill_checkpoints(self) -> None:
        menu = self.checkpoint_button.menu()
        menu.clear()
        current = self._session.inference.checkpoint
        group = ""
        for choice in self._session.inference.checkpoints():
            if choice.group != group:
                group = choice.group
                menu_heading(menu, group)
            action = menu.addAction(choice.label)
            action.setCheckable(True)
            action.setChecked(current is not None and current.path == choice.path)
            action.setToolTip(str(choice.path))
            action.triggered.connect(
                lambda _checked=False, path=Path(choice.path), label=choice.label: (
                    self._session.inference.set_checkpoint(path, label)
                )
            )
        if not group:
            menu.addAction("No checkpoints yet: train a run").setEnabled(False)
        menu.addSeparator()
        run = run_behind(current.path) if current is not None else None
        behind = menu.addAction("Show its run")
        behind.setObjectName("show_run")
        bind_icon(behind, "train")
        behind.setEnabled(run is not None)
        behind.setToolTip(str(run) if run is not None else "The checkpoint is not in a run directory")
        if run is not None:
            behind.triggered.connect(lambda: self._session.navigation.show_run(run))
        menu.addAction(self._open_checkpoint)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a line below."""
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme().colours.q("line"))
        painter.end()


def _menu_button(name: str, icon_name: str, hint: str) -> QToolButton:
    button = make_tool_button(name=name, tip=hint)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setIconSize(QSize(18, 18))
    bind_icon(button, icon_name, "muted")
    menu = QMenu(button)
    menu.setToolTipsVisible(True)
    button.setMenu(menu)
    return button


def _short(text: str) -> str:
    kept = text if len(text) <= _LABEL_CHARACTERS else f"{text[: _LABEL_CHARACTERS - 1]}…"
    # The style leaves too little space between icon and text.
    return f" {kept} ▾"
