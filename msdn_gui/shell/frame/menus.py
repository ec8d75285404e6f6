"""The menu bar, with the menu of the shown workspace, and the menu below the project's name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import MODES, theme
from msdn_gui.shell.workspaces import ENTRIES
from msdn_gui.widgets.action import allow, sequences, set_keys
from msdn_gui.widgets.menu_heading import menu_heading

if TYPE_CHECKING:
    from msdn_gui.shell.window import MainWindow


class Menus(QObject):
    """Fills the window's menu bar once, and what depends on the moment whenever it is opened."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._themes: dict[str, QAction] = {}
        bar = window.menuBar()
        file, edit, view, run = (bar.addMenu(title) for title in ("&File", "&Edit", "&View", "&Run"))
        self._workspace = bar.addMenu("")
        self._workspace.menuAction().setVisible(False)
        self._add_actions(file, "File")
        self._add_recent(file)
        self._add_undo(edit)
        self._add_actions(edit, "Edit")
        self._add_workspaces(view)
        self._add_actions(view, "View")
        self._add_themes(view.addMenu("&Theme"))
        self._add_actions(run, "Run")
        self._add_actions(bar.addMenu("&Help"), "Help")

    def show_actions_of(self, title: str, actions: Sequence[QAction]) -> None:
        """Offers the shown workspace's actions in a menu of its name; no menu where there are none."""
        self._workspace.clear()
        self._workspace.setTitle(title)
        self._workspace.addActions(list(actions))
        self._workspace.menuAction().setVisible(bool(actions))

    def fill_project_menu(self, menu: QMenu) -> None:
        """The menu below the project's name: recent projects, and the ways to others."""
        menu_heading(menu, "Recent projects")
        self._fill_recent(menu)
        menu.addSeparator()
        for name in ("open_project", "open_images", "import_data", "new_aviary"):
            menu.addAction(self._window.commands[name])

    # Inside

    def _add_actions(self, menu: QMenu, name: str) -> None:
        for action, separator in self._window.commands.of_menu(name):
            if separator:
                menu.addSeparator()
            menu.addAction(action)

    def _add_recent(self, menu: QMenu) -> None:
        recent = QMenu("&Recent projects", menu)
        recent.aboutToShow.connect(lambda: (recent.clear(), self._fill_recent(recent)))
        menu.insertMenu(self._window.commands["open_checkpoint"], recent)

    def _fill_recent(self, menu: QMenu) -> None:
        current = self._window.session.document.project
        recent = [Path(text) for text in self._window.services.settings.value.recent_projects]
        for path in recent:
            action = menu.addAction(path.name)
            action.setToolTip(str(path))
            action.setCheckable(True)
            action.setChecked(current is not None and current.path == path)
            action.triggered.connect(lambda _checked=False, path=path: self._window.opening.open_project(path))
        if not recent:
            menu.addAction("None yet").setEnabled(False)

    def _add_undo(self, menu: QMenu) -> None:
        group = self._window.services.undo_group
        for make, name, keys in (
            (group.createUndoAction, "undo", "Ctrl+Z"),
            (group.createRedoAction, "redo", "Ctrl+Shift+Z"),
        ):
            action = make(self._window)
            action.setObjectName(name)
            set_keys(action, sequences(keys))
            allow(action, f"There is nothing to {name}.")
            bind_icon(action, name)
            menu.addAction(action)

    def _add_workspaces(self, menu: QMenu) -> None:
        for number, entry in enumerate(ENTRIES, 1):
            action = menu.addAction(entry.title)
            action.setObjectName(f"show_{entry.name}")
            action.setStatusTip(entry.hint)
            set_keys(action, sequences(f"Ctrl+{number}"))
            bind_icon(action, entry.icon_name)
            action.triggered.connect(lambda _checked=False, name=entry.name: self._window.show_workspace(name))

    def _add_themes(self, menu: QMenu) -> None:
        bind_icon(menu.menuAction(), "theme")
        group = QActionGroup(self)
        for mode in MODES:
            action = menu.addAction({"system": "As the &system", "light": "&Light", "dark": "&Dark"}[mode])
            action.setObjectName(f"theme_{mode}")
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, mode=mode: self._window.set_theme(mode))
            self._themes[mode] = action
            group.addAction(action)
        # A method's connection ends with its object, which a function's would outlive.
        theme().changed.connect(self._check_theme)
        self._check_theme()

    def _check_theme(self) -> None:
        self._themes[theme().mode].setChecked(True)
