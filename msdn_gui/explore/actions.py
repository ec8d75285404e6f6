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
        self.overlay = self._make("show_the_maps", "Show the maps", "O", None)
        self.overlay.setCheckable(True)
        self.overlay.setChecked(True)
        self.overlay.toggled.connect(workspace.set_overlay_shown)
        controls = maps.controls
        self.smooth = self._follow("smooth_maps", "Smooth maps", "S", controls.smooth)
        self.truth = self._follow("known_boxes_and_parts", "Known boxes and parts", "K", controls.truth)
        self.wipe = self._follow("wipe_between_the_sub-nets", "Wipe between the sub-nets", "W", controls.wipe)
        hint = "Coming runs film this image with this attribute while they train: both maps, as attention forms"
        self.pin = self._make("pin_for_films", "Pin for films", "P", None, "pin", hint)
        self.pin.setCheckable(True)
        self.pin.triggered.connect(lambda on: workspace.pin_for_films(on))
        find_attribute = self._make("find_an_attribute", "Find an attribute", "/", attributes.focus_search, "search")
        narrow = self._make("narrow_the_images_down", "Narrow the images down", "F", gallery.open_facets, "filter")
        saved = self._make("saved_searches", "Saved searches", "B", gallery.query.open_menu)
        let_go = self._make("let_go_of_the_chosen_regions", "Let go of the chosen regions", "Esc", maps.regions.clear)
        tell_keys(find_attribute, lambda keys: attributes.search.setPlaceholderText(f"Search attributes{keys}"))
        tell_keys(narrow, lambda keys: gallery.narrow.setToolTip(f"Narrow down: values with counts{keys}"))
        tell_keys(saved, lambda keys: gallery.query.menu.setToolTip(f"Saved searches{keys}"))
        tell_keys(let_go, lambda keys: attributes.leave_regions.setToolTip(f"Back to the whole image{keys}"))
        backs = (
            self._make(
                "take_the_overridden_score_back", "Take the overridden score back", "Del", workspace.take_override_back
            ),
            self._make(
                "take_all_overridden_scores_back",
                "Take all overridden scores back",
                "Shift+Del",
                workspace.overrides.clear,
                "undo",
            ),
        )
        words = "Compare this with what comes next, or leave"
        compare = self._make("compare_this_with_what_comes_next,_or_leave", words, "C", maps.turn_comparison, "compare")
        swap = self._make(
            "swap_the_sides_of_the_comparison", "Swap the sides of the comparison", "X", maps.comparison.swap, "swap"
        )
        for action, button, said in (
            (compare, maps.compare, "Compare: this stays at the left, and what is chosen next stands beside it"),
            (compare, maps.compare_bar.leave, "Compare no longer"),
            (swap, maps.compare_bar.swap, "Swap the sides: choose what stands at the left"),
            (
                backs[1],
                attributes.overridden.take_back,
                "Take all overridden scores back: the network's own hold again",
            ),
        ):
            tell_keys(action, lambda keys, button=button, said=said: button.setToolTip(f"{said}{keys}"))
        self.all = (
            self._make(
                "save_both_maps_as_png", "Save both maps as PNG …", "Ctrl+Shift+S", workspace.save_maps_as, "export"
            ),
            self._make("sheet_of_attributes", "Sheet of attributes …", "Ctrl+E", workspace.show_sheet, "image"),
            self._make("next_attribute", "Next attribute", "Ctrl+Down", lambda: attributes.table.step(1)),
            self._make("previous_attribute", "Previous attribute", "Ctrl+Up", lambda: attributes.table.step(-1)),
            find_attribute,
            self._make("find_images", "Find images", "Ctrl+F", lambda: _focus(gallery.query), "search"),
            narrow,
            saved,
            self._make("jump_to_an_image", "Jump to an image", "Ctrl+G", gallery.jump.open),
            self._make(
                "find_a_class", "Find a class", "Ctrl+Shift+F", lambda: _focus(workspace.ranking.search), "search"
            ),
            self._make(
                "override_the_attribute's_score", "Override the attribute's score", "F2", attributes.override, "rename"
            ),
            *backs,
            self.overlay,
            self.smooth,
            self.truth,
            self._make("raise_the_threshold", "Raise the threshold", "+", lambda: controls.step_threshold(1)),
            self._make("lower_the_threshold", "Lower the threshold", "-", lambda: controls.step_threshold(-1)),
            self.wipe,
            self._make(
                "move_the_divider_to_the_left", "Move the divider to the left", ",", lambda: maps.step_divider(-1)
            ),
            self._make(
                "move_the_divider_to_the_right", "Move the divider to the right", ".", lambda: maps.step_divider(1)
            ),
            compare,
            swap,
            self.pin,
            self._make("swap_the_sub-net_in_focus", "Swap the sub-net in focus", "T", maps.pairs.swap_subnet, "swap"),
            self._make("show_the_whole_image", "Show the whole image", "Ctrl+0", maps.pairs.show_whole, "fit"),
            let_go,
        )
        for digit in range(1, 10):
            choose = partial(workspace.ranking.choose_rank, digit)
            self._make(f"choose_the_class_of_rank_{digit}", f"Choose the class of rank {digit}", str(digit), choose)
        # Where there are none, Escape is left to others.
        _allow_while(let_go, maps.regions.changed, lambda: maps.regions.count, "No region is chosen.")
        overrides = workspace.overrides
        for back in backs:
            _allow_while(back, overrides.changed, lambda: overrides.values, "No score is overridden.")
        _allow_while(swap, maps.comparison.changed, lambda: maps.comparison.is_on, "Nothing is compared.")

    def _follow(self, name: str, text: str, keys: str, box: QCheckBox) -> QAction:
        """An action that is ticked as a box is."""
        action = self._make(name, text, keys, None)
        action.setCheckable(True)
        action.setChecked(box.isChecked())
        action.toggled.connect(box.setChecked)
        box.toggled.connect(action.setChecked)
        return action

    def _make(
        self, name: str, text: str, keys: str, do: Callable[[], None] | None, icon: str = "", hint: str = ""
    ) -> QAction:
        """``name`` stays when the text is worded anew: a person's own keys are kept under it."""
        return make_action(self._workspace, f"explore_{name}", text, keys, do, sign=icon, hint=hint)


def _allow_while(action: QAction, changed: SignalInstance, is_so: Callable[[], object], why_not: str) -> None:
    """The action is there while something is so, which may be otherwise whenever ``changed`` says."""

    def tell() -> None:
        allow(action, "" if is_so() else why_not)

    changed.connect(tell)
    tell()


def _focus(line: QLineEdit) -> None:
    line.setFocus(Qt.FocusReason.ShortcutFocusReason)
    line.selectAll()
