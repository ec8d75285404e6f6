"""The chosen image under the maps of the chosen attribute, beside what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from msdn_core.project import ImageRecord
from msdn_gui.explore.maps.captioned_pair import CaptionedPair
from msdn_gui.explore.maps.compare_bar import CompareBar
from msdn_gui.explore.maps.comparison import Comparison, short_name
from msdn_gui.explore.maps.held_pair import HeldPair
from msdn_gui.explore.maps.linked_pairs import LinkedPairs
from msdn_gui.explore.maps.map_pair import MapPair
from msdn_gui.explore.maps.map_side import MapSide
from msdn_gui.explore.maps.region_choice import RegionChoice
from msdn_gui.explore.picture.truth import Truth, known_truth, truth_of
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.services.explaining import ExplainPhase, ExplainState
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_tool_button
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.map_controls import Display, MapControls
from msdn_gui.widgets.picture_loader import Picture

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.services import Services


class MapsPanel(QWidget):
    """One pair of maps or two, under a title or a comparison's bar, above the controls."""

    shown = Signal()
    """An image or its maps came, or are shown in another way."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._session = session
        self._known = Truth()
        self.comparison = Comparison(session, services.explainer, self)
        self.pairs = LinkedPairs()
        self.chosen = CaptionedPair()
        self.held: HeldPair | None = None
        """The left side of a comparison, made for the first one."""
        self.regions = RegionChoice(self)
        self.controls = MapControls(services.settings)
        self.attribute_title = ElidedLabel(name="attribute_title")
        self.attribute_title.setProperty("look", "heading")
        self.title = ElidedLabel(name="image_title", middle=True)
        self.title.setProperty("look", "muted")
        self.title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.pin = make_tool_button(name="pin_for_films")
        self.pin.setAutoRaise(True)
        self.pin.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.compare = make_tool_button(name="compare", accessible="Compare")
        bind_icon(self.compare, "compare", "muted")

        self._top = QWidget()
        top = QHBoxLayout(self._top)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(SPACING)
        top.addWidget(self.attribute_title)
        top.addWidget(self.pin)
        top.addWidget(self.title, 1)
        top.addWidget(self.compare)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(self._top)
        self.compare_bar = CompareBar(self.comparison)
        layout.addWidget(self.compare_bar)
        layout.addWidget(self.pairs, 1)
        layout.addWidget(self.controls)

        self.pairs.add_left(self.chosen)
        for side in self.sides.values():
            side.view.clicked.connect(self.regions.click)
            side.view.swept.connect(self.regions.sweep)
            side.view.double_clicked.connect(self.regions.clear)
        self.compare.clicked.connect(self.comparison.begin)
        self.comparison.changed.connect(self._compare)
        self.controls.changed.connect(self._show_maps)
        self.controls.wipe.toggled.connect(self._wipe)
        self.pair.picture_changed.connect(self._take_picture)
        services.thumbnails.ready.connect(self._file_appeared)
        session.selection.image_changed.connect(self._take_image)
        session.document.images_changed.connect(self._tell_title)
        session.selection.attribute_changed.connect(self._show_maps)
        session.inference.explanation_changed.connect(self.regions.follow)
        session.inference.explanation_changed.connect(self._show_maps)
        self.regions.changed.connect(self._outline_regions)
        session.inference.explaining_changed.connect(self._take_state)
        session.inference.checkpoint_changed.connect(self._say_state)
        session.document.table_changed.connect(self._show_maps)
        theme().changed.connect(self._say_state)
        self.regions.follow(session.inference.explanation)
        self._take_image(session.selection.image)

    @property
    def pair(self) -> MapPair:
        """The maps of what is chosen."""
        return self.chosen.pair

    @property
    def av(self) -> MapSide:
        """Its side of attribute→visual."""
        return self.pair.av

    @property
    def va(self) -> MapSide:
        """Its side of visual→attribute."""
        return self.pair.va

    @property
    def sides(self) -> dict[str, MapSide]:
        """Both by ``av`` and ``va``."""
        return self.pair.sides

    @property
    def display(self) -> Display:
        """How the maps are shown."""
        return self.controls.display

    @property
    def picture(self) -> Picture | None:
        """The image on the screen, None while it is read."""
        return self.pair.picture

    @property
    def picture_failed(self) -> bool:
        """Whether the chosen image's file is there and cannot be shown; one that is missing may come."""
        return bool(self.pair.fault) and not self.pair.is_missing

    @property
    def complete(self) -> bool:
        """Whether there is a map from every sub-net that the network has, at the left too while it is compared."""
        return self.pair.is_complete(self._session.inference.explanation) and (
            self.held is None or self.held.is_complete
        )

    def step_divider(self, by: int) -> None:
        """Move the divider between both maps by so many steps to the right; begins to wipe where it was off."""
        self.controls.wipe.setChecked(True)
        self.pairs.step_divider(by)

    def look_ahead(self, records: Sequence[ImageRecord]) -> None:
        """Read these images too, while nothing else is asked for."""
        self.pair.look_ahead([record.path for record in records])

    def pair_picture(self) -> QPixmap:
        """The maps as they are on the screen, with their names and scales, and with what they are compared with."""
        return self.pairs.grab()

    def turn_comparison(self) -> None:
        """Compare what is chosen with what will be, or compare no longer."""
        if self.comparison.is_on:
            self.comparison.end()
        else:
            self.comparison.begin()

    # The comparison

    def _compare(self) -> None:
        on = self.comparison.is_on
        if on and self.held is None:
            self.held = HeldPair(self._session, self.comparison)
            self.held.hide()
            self.pairs.add_left(self.held)
            self.held.pair.picture_changed.connect(self._show_held)
        if self.held is not None and on == self.held.isHidden():
            self.held.setVisible(on)
            self.pairs.caption(on)
            self._top.setVisible(not on)
        self._show_held()

    def _show_held(self) -> None:
        session = self._session
        if self.held is not None:
            self.held.follow(self.display)
        if self.comparison.is_on:
            name = self.comparison.attribute_name(session.selection.attribute)
            self.chosen.tell(
                session.selection.image, name, session.inference.checkpoint, session.inference.prediction()
            )

    # The image

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Somebody may have drawn into the image in Annotate meanwhile.
        known = known_truth(self._session.document.project, self._session.selection.image)
        if known != self._known:
            self._known = known
            self._show_maps()

    def _take_image(self, record: ImageRecord | None) -> None:
        self._known = known_truth(self._session.document.project, record)
        self._tell_title()
        self.pair.show_image(record)
        self._show_maps()

    def _tell_title(self) -> None:
        record = self._session.selection.image
        words = "No image chosen" if record is None else f"{short_name(record)}, {record.class_name or 'no class'}"
        self.title.setText(words)
        self.title.setToolTip("" if record is None else str(record.path))

    def _take_picture(self) -> None:
        if self.picture is not None:
            self.pairs.show_whole()
        self._show_maps()

    def _file_appeared(self, path: Path) -> None:
        record = self._session.selection.image
        if record is not None and record.path == path and path.exists():
            self.pair.try_again()

    def _take_state(self, state: ExplainState) -> None:
        if state.phase is not ExplainPhase.FAILED:
            self.pair.try_again()  # The file was not there, and is being looked at now.
        self._say_state()

    # The maps

    def _show_maps(self, *_: object) -> None:
        session = self._session
        attribute, attributes = session.selection.attribute, session.document.table.attributes
        self.attribute_title.setText(attributes[attribute].full_name if 0 <= attribute < len(attributes) else "")
        truth = truth_of(
            self._known, session.document.project, session.selection.image, session.document.table, attribute
        )
        self.pair.show_maps(session.inference.explanation, attribute, truth, self.display)
        self._show_held()
        self._outline_regions()
        self._say_state()
        self.shown.emit()

    def _wipe(self, wiped: bool) -> None:
        self.pairs.wipe(wiped)
        self._show_maps()

    def _outline_regions(self) -> None:
        self.pair.outline_regions(self.regions.rectangles())

    def _say_state(self, *_: object) -> None:
        session = self._session
        nothing = "Choose an image on the left." if session.document.images else ""
        shown = (
            session.selection.image,
            session.inference.explaining,
            session.inference.checkpoint,
            session.inference.explanation,
            session.selection.attribute,
        )
        self.chosen.say_state(*shown, nothing=nothing)
