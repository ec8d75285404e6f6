"""The menu bar, with the menu of the shown workspace, and the menu of the project button."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from msdn_gui.actions.bind import add_to_menu
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import theme
from msdn_gui.widgets.menu_heading import menu_heading

if TYPE_CHECKING:
    from collections.abc import Callable

    from msdn_gui.actions.bind import ActionSet
    from msdn_gui.services.settings import SettingsStore
    from msdn_gui.session.document import Document
    from msdn_gui.widgets.workspace import Workspace


class Menus(QObject):
    """Fills the menu bar from the table of actions once, and what depends on the moment whenever a menu opens."""

    def __init__(
        self,
        bar: QMenuBar,
        actions: ActionSet,
        document: Document,
        settings: SettingsStore,
        open_project: Callable[[Path], object],
    ) -> None:
        super().__init__(bar)
        self._actions, self._document, self._settings = actions, document, settings
        self._open_project = open_project
        file, edit, view, run = (bar.addMenu(title) for title in ("&File", "&Edit", "&View", "&Run"))
        self._workspace = bar.addMenu("")
        self._workspace.menuAction().setVisible(False)
        self._add_actions(file, "File")
        self._add_recent(file, actions["shell.open_checkpoint"])
        self._add_actions(edit, "Edit")
        self._add_actions(view, "View")
        self._add_themes(view.addMenu("&Theme"))
        self._add_actions(run, "Run")
        self._add_actions(bar.addMenu("&Help"), "Help")

    def show_actions_of(self, workspace: Workspace | None) -> None:
        """Show the actions of a workspace in a menu of its name; hide the menu if there are none."""
        actions = workspace.actions() if workspace is not None else []
        self._workspace.clear()
        self._workspace.setTitle(workspace.title if workspace is not None else "")
        add_to_menu(self._workspace, actions)
        self._workspace.menuAction().setVisible(bool(actions))

    def fill_project_menu(self, menu: QMenu) -> None:
        """Fill the menu of the project button: recent projects, and ways to open others."""
        menu_heading(menu, "Recent projects")
        self._fill_recent(menu)
        menu.addSeparator()
        for name in ("open_project", "open_images", "import", "new_aviary"):
            menu.addAction(self._actions[f"shell.{name}"])

    # Inside

    def _add_actions(self, menu: QMenu, name: str) -> None:
        for spec in self._actions.specs.values():
            if spec.menu == name:
                if spec.separator:
                    menu.addSeparator()
                menu.addAction(self._actions[spec.id])

    def _add_recent(self, menu: QMenu, before: QAction) -> None:
        recent = QMenu("&Recent projects", menu)

        def refill() -> None:
            recent.clear()
            self._fill_recent(recent)

        recent.aboutToShow.connect(refill)
        menu.insertMenu(before, recent)

    def _fill_recent(self, menu: QMenu) -> None:
        current = self._document.project
        recent = [Path(text) for text in self._settings.value.recent_projects]
        for path in recent:
            action = menu.addAction(path.name)
            action.setToolTip(str(path))
            action.setCheckable(True)
            action.setChecked(current is not None and current.path == path)
            action.triggered.connect(lambda _checked=False, path=path: self._open_project(path))
        if not recent:
            menu.addAction("No recent projects").setEnabled(False)

    def _add_themes(self, menu: QMenu) -> None:
        bind_icon(menu.menuAction(), "theme")
        self._add_actions(menu, "Theme")
        group = QActionGroup(menu)
        for action in menu.actions():
            group.addAction(action)
        theme().changed.connect(self._check_theme)
        self._check_theme()

    def _check_theme(self) -> None:
        self._actions[f"shell.theme_{theme().mode}"].setChecked(True)
