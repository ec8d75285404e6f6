"""What can be done in Explore, each once, with its shortcut."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLineEdit

from msdn_gui.icons import bind_icon

if TYPE_CHECKING:
    from msdn_gui.explore.workspace import ExploreWorkspace


class ExploreActions:
    """Shortcuts hold within the workspace alone; a letter typed into a search line stays a letter."""

    def __init__(self, workspace: ExploreWorkspace) -> None:
        self._workspace = workspace
        gallery, attributes, maps = workspace.gallery, workspace.attributes, workspace.maps
        self.overlay = self._make("Show the maps", "O", None)
        self.overlay.setCheckable(True)
        self.overlay.setChecked(True)
        self.overlay.toggled.connect(workspace.set_overlay_shown)
        self.smooth = self._make("Smooth maps", "S", None)
        self.smooth.setCheckable(True)
        self.smooth.setChecked(maps.controls.smooth.isChecked())
        self.smooth.toggled.connect(maps.controls.smooth.setChecked)
        maps.controls.smooth.toggled.connect(self.smooth.setChecked)
        self.all = (
            self._make("Save both maps as PNG …", "Ctrl+Shift+S", workspace.save_maps_as, "export"),
            self._make("Sheet of attributes …", "Ctrl+E", workspace.show_sheet, "image"),
            self._make("Next attribute", "Ctrl+Down", lambda: attributes.table.step(1)),
            self._make("Previous attribute", "Ctrl+Up", lambda: attributes.table.step(-1)),
            self._make("Find an attribute", "/", attributes.focus_search, "search"),
            self._make("Find images", "Ctrl+F", lambda: _focus(gallery.query), "search"),
            self._make("Narrow the images down", "F", gallery.open_facets, "filter"),
            self._make("Saved searches", "B", gallery.query.open_menu),
            self._make("Jump to an image", "Ctrl+G", gallery.jump.open),
            self._make("Find a class", "Ctrl+Shift+F", lambda: _focus(workspace.ranking.search), "search"),
            self.overlay,
            self.smooth,
            self._make("Swap the sub-net in focus", "T", maps.swap_subnet, "swap"),
            self._make("Show the whole image", "Ctrl+0", maps.show_whole, "fit"),
            self._make("Let go of the chosen regions", "Esc", maps.regions.clear),
        )
        # Where there are none, Escape is left to others.
        let_go = self.all[-1]
        maps.regions.changed.connect(lambda: let_go.setEnabled(maps.regions.count > 0))
        let_go.setEnabled(maps.regions.count > 0)

    def _make(self, text: str, keys: str, do: Callable[[], None] | None, icon: str = "") -> QAction:
        action = QAction(text, self._workspace)
        action.setObjectName("explore_" + "_".join(text.lower().replace("…", "").split()))
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if do is not None:
            action.triggered.connect(lambda: do())
        if icon:
            bind_icon(action, icon)
        return action


def _focus(line: QLineEdit) -> None:
    line.setFocus(Qt.FocusReason.ShortcutFocusReason)
    line.selectAll()
