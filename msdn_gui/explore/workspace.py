"""The Explore workspace: images at the left, maps and attributes in the middle, classes and reasons at the right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QSplitter, QWidget

from msdn_core.domain.explanation import Explanation
from msdn_core.domain.variants import SubNets
from msdn_core.errors import MsdnError
from msdn_gui.explore.actions import ExploreActions
from msdn_gui.explore.attributes.attributes_panel import AttributesPanel
from msdn_gui.explore.attributes.overrides import Overrides
from msdn_gui.explore.export.save_maps import save_pair, suggested_name
from msdn_gui.explore.export.sheet_dialog import SheetDialog
from msdn_gui.explore.finding.gallery import Gallery
from msdn_gui.explore.maps.maps_panel import MapsPanel
from msdn_gui.explore.maps.overlay_key import OverlayKey
from msdn_gui.explore.ranking.ranking_panel import RankingPanel
from msdn_gui.explore.ranking.why_panel import WhyPanel
from msdn_gui.services.explaining import ExplainPhase
from msdn_gui.session import Session
from msdn_gui.widgets.action import allow
from msdn_gui.widgets.images.image_view import CELL
from msdn_gui.widgets.parted import parted
from msdn_gui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from msdn_gui.services import Services


class ExploreWorkspace(Workspace):
    """Everything shown here follows the session's signals; what is chosen here is chosen everywhere."""

    title = "Explore"
    icon_name = "explore"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setObjectName("explore")
        self._session, self._services = session, services
        self._moved = False
        self._held = False
        self.gallery = Gallery(session, services)
        self.undo_stack = self.gallery.saved.undo_stack
        services.undo_group.addStack(self.undo_stack)
        self.maps = MapsPanel(session, services)
        self.overrides = Overrides(session, self)
        self.attributes = AttributesPanel(session, self.maps.regions, self.overrides)
        self.ranking = RankingPanel(session, services, self.overrides)
        self.why = WhyPanel(session, self.overrides)
        centre = _splitter("explore_centre", Qt.Orientation.Vertical, [self.maps, self.attributes], (3, 2))
        right = _splitter("explore_right", Qt.Orientation.Vertical, [self.ranking, self.why], (1, 1))
        self.maps.setMinimumSize(428, 250)
        self.attributes.setMinimumHeight(120)
        self.ranking.setMinimumSize(250, 220)
        self.why.setMinimumHeight(140)
        columns = _splitter("explore_columns", Qt.Orientation.Horizontal, [self.gallery, centre, right], (0, 1, 0))
        self._splitters = (columns, centre, right)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(columns)

        self.ranking.ranked.connect(self.why.account)
        self.ranking.ranked.connect(self.attributes.follow_ranking)
        self.maps.pairs.subnet_focused.connect(self.attributes.rank_by)
        session.inference.explanation_changed.connect(self._choose_attribute)
        session.inference.explanation_changed.connect(self._look_ahead)
        tables = (self.attributes.table, self.ranking.table, self.why.table)
        views = (self.gallery.view, self.maps.av.view, self.maps.va.view)
        self._overlay_key = OverlayKey((self, *views, *tables), self)
        self._overlay_key.held.connect(self._hold_overlay_off)
        self.maps.pairs.view_made.connect(self._overlay_key.watch)
        self._actions = ExploreActions(self)
        self.maps.pin.setDefaultAction(self._actions.pin)
        session.film_pins.changed.connect(self._show_pin)
        self._show_pin()
        for splitter in self._splitters:
            splitter.splitterMoved.connect(lambda *_, one=splitter: self._remember(one))
        self._choose_attribute(session.inference.explanation)

    def actions(self) -> list[QAction]:
        """What the menu of this workspace offers."""
        return list(self._actions.all)

    def settled(self) -> bool:
        """Whether what can be shown of the chosen image is on the screen."""
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

    # What the actions do

    def show_sheet(self) -> None:
        """The top attributes' maps side by side, in a window of their own."""
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
        """Write both maps into a PNG file; the message bar says how it went."""
        try:
            save_pair(self._session, self.maps, path)
        except MsdnError as fault:
            self._session.messages.error(str(fault))
        else:
            self._session.messages.info(f"Saved both maps to {path}.")

    def take_override_back(self) -> None:
        """The network's score of the chosen attribute holds again."""
        self.overrides.take_back(self._session.selection.attribute)

    def set_overlay_shown(self, shown: bool) -> None:
        """Show the maps or the bare images."""
        self.maps.controls.set_overlay_visible(shown and not self._held)

    def pin_for_films(self, pinned: bool) -> None:
        """Lets coming runs film the chosen image with the chosen attribute, or not."""
        pins = self._session.film_pins
        if pins.selected is not None:
            pins.set_pinned(pins.selected, pinned)

    # Inside

    def _show_pin(self) -> None:
        pins = self._session.film_pins
        allow(self._actions.pin, "" if pins.selected is not None else "Choose an image and an attribute first.")
        self._actions.pin.setChecked(pins.selected in pins.pins)

    def _hold_overlay_off(self, held: bool) -> None:
        self._held = held
        self.set_overlay_shown(self._actions.overlay.isChecked())

    def _choose_attribute(self, explanation: Explanation | None) -> None:
        """A first look shows something: the attribute that stands first in the table."""
        if explanation is not None and self._session.selection.attribute < 0 and len(explanation.scores_av):
            alone = explanation.sub_nets is SubNets.VA
            self._session.selection.set_attribute(
                int(np.argmax(explanation.scores_va if alone else explanation.scores_av))
            )

    def _look_ahead(self, explanation: Explanation | None) -> None:
        """Once this image is there, the next ones are fetched: a step shows them at once."""
        if explanation is not None:
            beside = self.gallery.view.neighbours()
            self._session.inference.prefetch(beside)
            self.maps.look_ahead(beside)
            self.maps.comparison.look_ahead(beside)

    def _remember(self, splitter: QSplitter) -> None:
        self._moved = True
        self._services.settings.save_state(splitter.objectName(), splitter.saveState())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()
        if not self.isAncestorOf(QApplication.focusWidget()):
            self.gallery.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Good shares for this size, until the user has chosen others."""
        if self._moved:
            return
        states = [self._services.settings.state(splitter.objectName()) for splitter in self._splitters]
        columns, centre, right = self._splitters
        wide = self.width() > 1400
        images, classes = (3 * CELL + 20, 350) if wide else (2 * CELL + 20, 328)
        columns.setSizes([images, max(1, self.width() - images - classes), classes])
        centre.setSizes([self.height() * 62 // 100, self.height() * 38 // 100])
        right.setSizes([self.height() * 54 // 100, self.height() * 46 // 100])
        for splitter, state in zip(self._splitters, states, strict=True):
            if state is not None and self.isVisible():
                splitter.restoreState(state)
                self._moved = True


def _splitter(name: str, orientation: Qt.Orientation, widgets: list[QWidget], stretch: tuple[int, ...]) -> QSplitter:
    splitter = parted(name, orientation, *widgets)
    for place, factor in enumerate(stretch):
        splitter.setStretchFactor(place, factor)
    return splitter
