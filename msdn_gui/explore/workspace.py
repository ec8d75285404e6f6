"""The Explore workspace."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QLineEdit, QSplitter, QWidget

from msdn_core.domain.variants import SubNets
from msdn_core.errors import MsdnError
from msdn_gui.actions.bind import ActionSet, set_reason
from msdn_gui.explore.actions import ACTIONS, RANKS
from msdn_gui.explore.attributes.attributes_panel import AttributesPanel
from msdn_gui.explore.attributes.overrides import Overrides
from msdn_gui.explore.export.save_maps import save_maps, suggested_name
from msdn_gui.explore.export.sheet_dialog import SheetDialog
from msdn_gui.explore.finding.gallery import Gallery
from msdn_gui.explore.maps.maps_panel import MapsPanel
from msdn_gui.explore.maps.overlay_key import OverlayKey
from msdn_gui.explore.ranking.ranking_panel import RankingPanel
from msdn_gui.explore.ranking.why_panel import WhyPanel
from msdn_gui.services.explaining import ExplainPhase
from msdn_gui.widgets.build import make_row
from msdn_gui.widgets.images.image_view import CELL
from msdn_gui.widgets.parted import ABOVE, BESIDE, parted
from msdn_gui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QAction, QResizeEvent, QShowEvent

    from msdn_core.domain.explanation import Explanation
    from msdn_gui.services import Services
    from msdn_gui.session import Session

_WIDE = 1400
"""From this width on, three columns of images are shown."""


class ExploreWorkspace(Workspace):
    """Shows the session's selection; what is selected here is selected everywhere."""

    title = "Explore"
    icon_name = "explore"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("explore")
        self._session, self._services = session, services
        self._was_arranged = False
        self._is_overlay_held_off = False
        self.gallery = Gallery(session, services)
        self.undo_stack = self.gallery.saved.undo_stack
        services.undo_group.addStack(self.undo_stack)
        self.maps = MapsPanel(session, services)
        self.overrides = Overrides(session, self)
        self.attributes = AttributesPanel(session, self.maps.regions, self.overrides, self.maps.subjects)
        self.ranking = RankingPanel(session, services, self.overrides)
        self.why = WhyPanel(session, self.overrides)
        self._splitters = self._make_splitters()
        self._overlay_key = OverlayKey(self._widgets_with_keys(), self)
        self._actions = ActionSet(self, ACTIONS, self._handlers())
        self._bind_actions()
        self._connect()
        self._select_strongest_attribute(session.inference.explanation)

    def actions(self) -> list[QAction]:
        """Return what the menu of this workspace offers."""
        return self._actions.in_menu()

    def settled(self) -> bool:
        """Return whether everything that can be shown of the selected image is on the screen."""
        session = self._session
        if not (self._services.thumbnails.settled() and self.gallery.is_settled and self.ranking.calibration.settled()):
            return False
        if session.selection.image is None:
            return not session.document.images
        if session.inference.explaining.phase is ExplainPhase.FAILED:
            return self.maps.picture is not None or self.maps.picture_failed
        if self.maps.picture is None:
            return self.maps.picture_failed
        return session.inference.checkpoint is None or self.maps.complete

    # Actions

    def show_sheet(self) -> None:
        """Show the maps of the strongest attributes side by side in a window of their own."""
        dialog = self.findChild(SheetDialog) or SheetDialog(self._session, self.maps, self)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def save_maps_as(self) -> None:
        """Ask for a file and write both maps into it."""
        dialog = QFileDialog(self, "Save both maps", suggested_name(self._session), "PNG pictures (*.png)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda text: self.save_maps(Path(text)))
        dialog.open()

    def save_maps(self, path: Path) -> None:
        """Write both maps into a PNG file, and post a message."""
        try:
            save_maps(self._session, self.maps, path)
        except MsdnError as error:
            self._session.messages.error(str(error))
        else:
            self._session.messages.info(f"Saved both maps to {path}.")

    def remove_override(self) -> None:
        """Restore the model's score of the selected attribute."""
        self.overrides.remove(self._session.selection.attribute)

    def pin_for_films(self) -> None:
        """Pin the selected image and attribute for the films of future runs, or unpin them."""
        pins = self._session.film_pins
        if pins.selected is not None:
            pins.set_pinned(pins.selected, self._actions["explore.pin"].isChecked())

    def _handlers(self) -> Mapping[str, Callable[[], object]]:
        gallery, maps, attributes, ranking = self.gallery, self.maps, self.attributes, self.ranking
        handlers: dict[str, Callable[[], object]] = {
            "explore.save_maps": self.save_maps_as,
            "explore.sheet": self.show_sheet,
            "explore.next_attribute": lambda: attributes.table.step(1),
            "explore.previous_attribute": lambda: attributes.table.step(-1),
            "explore.search_attributes": lambda: _focus(attributes.search),
            "explore.search_images": lambda: _focus(gallery.query),
            "explore.filter_images": gallery.open_facets,
            "explore.saved_searches": gallery.query.open_menu,
            "explore.go_to_image": gallery.jump.open,
            "explore.search_classes": lambda: _focus(ranking.search),
            "explore.override": attributes.override,
            "explore.remove_override": self.remove_override,
            "explore.remove_overrides": self.overrides.clear,
            "explore.raise_threshold": lambda: maps.controls.step_threshold(1),
            "explore.lower_threshold": lambda: maps.controls.step_threshold(-1),
            "explore.divider_left": lambda: maps.step_divider(-1),
            "explore.divider_right": lambda: maps.step_divider(1),
            "explore.compare": maps.toggle_comparison,
            "explore.swap_sides": maps.comparison.swap,
            "explore.pin": self.pin_for_films,
            "explore.switch_subnet": maps.pairs.switch_subnet,
            "explore.whole_image": maps.pairs.show_whole,
            "explore.clear_regions": maps.regions.clear,
        }
        for rank in RANKS:
            handlers[f"explore.select_rank_{rank}"] = partial(ranking.select_rank, rank)
        return handlers

    def _bind_actions(self) -> None:
        """Let buttons and boxes follow their actions."""
        actions, controls = self._actions, self.maps.controls
        self.gallery.use_actions(actions)
        self.maps.use_actions(actions)
        self.attributes.use_actions(actions)
        actions["explore.show_maps"].toggled.connect(self._update_overlay)
        boxes = {"smooth": controls.smooth, "truth": controls.truth, "wipe": controls.wipe}
        for name, box in boxes.items():
            _follow_box(actions[f"explore.{name}"], box)

    # Inside

    def _make_splitters(self) -> tuple[QSplitter, QSplitter, QSplitter]:
        """Make and lay out the splitters: columns, centre, right."""
        self.maps.setMinimumSize(428, 250)
        self.attributes.setMinimumHeight(120)
        self.ranking.setMinimumSize(250, 220)
        self.why.setMinimumHeight(140)
        centre = parted("explore_centre", ABOVE, self.maps, self.attributes)
        right = parted("explore_right", ABOVE, self.ranking, self.why)
        columns = parted("explore_columns", BESIDE, self.gallery, centre, right)
        for splitter, factors in ((centre, (3, 2)), (right, (1, 1)), (columns, (0, 1, 0))):
            for index, factor in enumerate(factors):
                splitter.setStretchFactor(index, factor)
        self.setLayout(make_row(columns))
        return columns, centre, right

    def _widgets_with_keys(self) -> list[QWidget]:
        """Return the widgets in which Space would mean something else than to hide the maps."""
        tables = (self.attributes.table, self.ranking.table, self.why.table)
        return [self, self.gallery.view, self.maps.av.view, self.maps.va.view, *tables]

    def _connect(self) -> None:
        session = self._session
        self.ranking.ranked.connect(self.why.update_reasons)
        self.ranking.ranked.connect(self.attributes.on_ranking_changed)
        self.maps.pairs.subnet_focused.connect(self.attributes.sort_by)
        self.maps.pairs.view_made.connect(self._overlay_key.watch)
        self._overlay_key.held.connect(self._on_overlay_held_off)
        session.inference.explanation_changed.connect(self._select_strongest_attribute)
        session.inference.explanation_changed.connect(self._prefetch)
        session.film_pins.changed.connect(self._update_pin)
        self._update_pin()
        for splitter in self._splitters:
            splitter.splitterMoved.connect(lambda *_, moved=splitter: self._save_state(moved))

    def _update_pin(self) -> None:
        pins, action = self._session.film_pins, self._actions["explore.pin"]
        set_reason(action, "" if pins.selected is not None else "Select an image and an attribute first.")
        action.setChecked(pins.selected in pins.pins)

    def _on_overlay_held_off(self, is_held: bool) -> None:
        self._is_overlay_held_off = is_held
        self._update_overlay()

    def _update_overlay(self) -> None:
        is_shown = self._actions["explore.show_maps"].isChecked()
        self.maps.controls.set_overlay_visible(is_shown and not self._is_overlay_held_off)

    def _select_strongest_attribute(self, explanation: Explanation | None) -> None:
        """Select the first attribute of the table if none is selected, so that the first image shows maps."""
        if explanation is not None and self._session.selection.attribute < 0 and len(explanation.scores_av):
            only_va = explanation.sub_nets is SubNets.VA
            scores = explanation.scores_va if only_va else explanation.scores_av
            self._session.selection.set_attribute(int(np.argmax(scores)))

    def _prefetch(self, explanation: Explanation | None) -> None:
        """Fetch the images beside the selected one, so that a step shows them at once."""
        if explanation is not None:
            beside = self.gallery.view.neighbours()
            self._session.inference.prefetch(beside)
            self.maps.prefetch(beside)
            self.maps.comparison.prefetch(beside)

    # Sizes

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused):
            self.gallery.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Give each part a good share of this size until the user has dragged a splitter."""
        if self._was_arranged:
            return
        states = [self._services.settings.state(splitter.objectName()) for splitter in self._splitters]
        columns, centre, right = self._splitters
        images, classes = (3 * CELL + 20, 350) if self.width() > _WIDE else (2 * CELL + 20, 328)
        columns.setSizes([images, max(1, self.width() - images - classes), classes])
        centre.setSizes([self.height() * 62 // 100, self.height() * 38 // 100])
        right.setSizes([self.height() * 54 // 100, self.height() * 46 // 100])
        for splitter, state in zip(self._splitters, states, strict=True):
            if state is not None and self.isVisible():
                splitter.restoreState(state)
                self._was_arranged = True

    def _save_state(self, splitter: QSplitter) -> None:
        self._was_arranged = True
        self._services.settings.save_state(splitter.objectName(), splitter.saveState())


def _focus(line: QLineEdit) -> None:
    line.setFocus(Qt.FocusReason.ShortcutFocusReason)
    line.selectAll()


def _follow_box(action: QAction, box: QCheckBox) -> None:
    """Keep an action and a check box in the same state."""
    action.setChecked(box.isChecked())
    action.toggled.connect(box.setChecked)
    box.toggled.connect(action.setChecked)
