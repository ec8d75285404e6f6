"""What can be done in Explore, each once, with its shortcut."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QLineEdit

from msdn_gui.widgets.action import allow, make_action, tell_keys

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
        controls = maps.controls
        self.smooth = self._follow("Smooth maps", "S", controls.smooth)
        self.truth = self._follow("Known boxes and parts", "K", controls.truth)
        self.wipe = self._follow("Wipe between the sub-nets", "W", controls.wipe)
        hint = "Coming runs film this image with this attribute while they train: both maps, as attention forms"
        self.pin = self._make("Pin for films", "P", None, "pin", hint)
        self.pin.setCheckable(True)
        self.pin.triggered.connect(lambda on: workspace.pin_for_films(on))
        find_attribute = self._make("Find an attribute", "/", attributes.focus_search, "search")
        narrow = self._make("Narrow the images down", "F", gallery.open_facets, "filter")
        saved = self._make("Saved searches", "B", gallery.query.open_menu)
        let_go = self._make("Let go of the chosen regions", "Esc", maps.regions.clear)
        tell_keys(find_attribute, lambda keys: attributes.search.setPlaceholderText(f"Search attributes{keys}"))
        tell_keys(narrow, lambda keys: gallery.narrow.setToolTip(f"Narrow down: values with counts{keys}"))
        tell_keys(saved, lambda keys: gallery.query.menu.setToolTip(f"Saved searches{keys}"))
        tell_keys(let_go, lambda keys: attributes.leave_regions.setToolTip(f"Back to the whole image{keys}"))
        backs = (
            self._make("Take the overridden score back", "Del", workspace.take_override_back),
            self._make("Take all overridden scores back", "Shift+Del", workspace.overrides.clear, "undo"),
        )
        swap = self._make("Swap the sides of the comparison", "X", maps.comparison.swap, "swap")
        self.all = (
            self._make("Save both maps as PNG …", "Ctrl+Shift+S", workspace.save_maps_as, "export"),
            self._make("Sheet of attributes …", "Ctrl+E", workspace.show_sheet, "image"),
            self._make("Next attribute", "Ctrl+Down", lambda: attributes.table.step(1)),
            self._make("Previous attribute", "Ctrl+Up", lambda: attributes.table.step(-1)),
            find_attribute,
            self._make("Find images", "Ctrl+F", lambda: _focus(gallery.query), "search"),
            narrow,
            saved,
            self._make("Jump to an image", "Ctrl+G", gallery.jump.open),
            self._make("Find a class", "Ctrl+Shift+F", lambda: _focus(workspace.ranking.search), "search"),
            self._make("Override the attribute's score", "F2", attributes.override, "rename"),
            *backs,
            self.overlay,
            self.smooth,
            self.truth,
            self._make("Raise the threshold", "+", lambda: controls.step_threshold(1)),
            self._make("Lower the threshold", "-", lambda: controls.step_threshold(-1)),
            self.wipe,
            self._make("Move the divider to the left", ",", lambda: maps.step_divider(-1)),
            self._make("Move the divider to the right", ".", lambda: maps.step_divider(1)),
            self._make("Compare this with what comes next, or leave", "C", maps.turn_comparison, "compare"),
            swap,
            self.pin,
            self._make("Swap the sub-net in focus", "T", maps.pairs.swap_subnet, "swap"),
            self._make("Show the whole image", "Ctrl+0", maps.pairs.show_whole, "fit"),
            let_go,
        )
        for digit in range(1, 10):
            self._make(f"Choose the class of rank {digit}", str(digit), partial(workspace.ranking.choose_rank, digit))
        # Where there are none, Escape is left to others.
        _allow_while(let_go, maps.regions.changed, lambda: maps.regions.count, "No region is chosen.")
        overrides = workspace.overrides
        for back in backs:
            _allow_while(back, overrides.changed, lambda: overrides.values, "No score is overridden.")
        _allow_while(swap, maps.comparison.changed, lambda: maps.comparison.is_on, "Nothing is compared.")

    def _follow(self, text: str, keys: str, box: QCheckBox) -> QAction:
        """An action that is ticked as a box is."""
        action = self._make(text, keys, None)
        action.setCheckable(True)
        action.setChecked(box.isChecked())
        action.toggled.connect(box.setChecked)
        box.toggled.connect(action.setChecked)
        return action

    def _make(self, text: str, keys: str, do: Callable[[], None] | None, icon: str = "", hint: str = "") -> QAction:
        name = "explore_" + "_".join(text.lower().replace("…", "").split())
        return make_action(self._workspace, name, text, keys, do, sign=icon, hint=hint)


def _allow_while(action: QAction, changed: SignalInstance, is_so: Callable[[], object], why_not: str) -> None:
    """The action is there while something is so, which may be otherwise whenever ``changed`` says."""

    def tell() -> None:
        allow(action, "" if is_so() else why_not)

    changed.connect(tell)
    tell()


def _focus(line: QLineEdit) -> None:
    line.setFocus(Qt.FocusReason.ShortcutFocusReason)
    line.selectAll()
