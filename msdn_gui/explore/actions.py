"""What can be done in Explore, each once, with its shortcut."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit

from msdn_gui.widgets.action import allow, make_action

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
        self.pin = self._make("Pin for films", "P", None, "pin")
        self.pin.setCheckable(True)
        self.pin.setToolTip(
            "Coming runs film this image with this attribute while they train: both maps, as attention forms"
        )
        self.pin.triggered.connect(lambda on: workspace.pin_for_films(on))
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
            self.pin,
            self._make("Swap the sub-net in focus", "T", maps.swap_subnet, "swap"),
            self._make("Show the whole image", "Ctrl+0", maps.show_whole, "fit"),
            self._make("Let go of the chosen regions", "Esc", maps.regions.clear),
        )
        for digit in range(1, 10):
            self._make(f"Choose the class of rank {digit}", str(digit), partial(workspace.ranking.choose_rank, digit))
        # Where there are none, Escape is left to others.
        let_go = self.all[-1]
        maps.regions.changed.connect(lambda: allow(let_go, "" if maps.regions.count else "No region is chosen."))
        allow(let_go, "No region is chosen.")

    def _make(self, text: str, keys: str, do: Callable[[], None] | None, icon: str = "") -> QAction:
        name = "explore_" + "_".join(text.lower().replace("…", "").split())
        return make_action(self._workspace, name, text, keys, do, sign=icon)


def _focus(line: QLineEdit) -> None:
    line.setFocus(Qt.FocusReason.ShortcutFocusReason)
    line.selectAll()
