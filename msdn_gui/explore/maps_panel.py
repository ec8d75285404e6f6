"""The chosen image under the maps of the chosen attribute, beside what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from msdn_core.project import ImageRecord
from msdn_gui.explore.captioned_pair import CaptionedPair
from msdn_gui.explore.compare_bar import CompareBar
from msdn_gui.explore.comparison import Comparison, short_name
from msdn_gui.explore.held_pair import HeldPair
from msdn_gui.explore.map_controls import MapControls
from msdn_gui.explore.map_pair import MapPair
from msdn_gui.explore.map_side import Display, MapSide
from msdn_gui.explore.map_view import MapView, Place
from msdn_gui.explore.region_choice import RegionChoice
from msdn_gui.explore.truth import Truth, known_truth, truth_of
from msdn_gui.icons import bind_icon
from msdn_gui.session import ExplainPhase, ExplainState, Session
from msdn_gui.theme import SPACING, theme
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.picture_loader import Picture

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.services import Services

_STEP = 0.05
"""How far a key moves the divider, in shares of the image's width."""


class MapsPanel(QWidget):
    """One pair of maps or two, with one zoom, one mouse and one way of showing, under a title or a comparison's bar."""

    subnet_focused = Signal(str)
    """``av`` or ``va``: the sub-net whose picture was clicked."""
    shown = Signal()
    """An image or its maps came, or are shown in another way."""
    view_made = Signal(QWidget)
    """Another view of an image, for the keys that hold in all of them."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._session = session
        self._known = Truth()
        self._divider = 0.5
        self.comparison = Comparison(session, services.explainer, self)
        self.chosen = CaptionedPair("chosen")
        self.held: HeldPair | None = None
        """The left side of a comparison, made for the first one."""
        self.focused = "av"
        self.regions = RegionChoice(self)
        self.controls = MapControls(services.settings)
        self.attribute_title = ElidedLabel(name="attribute_title")
        self.attribute_title.setProperty("look", "heading")
        self.title = ElidedLabel(name="image_title", middle=True)
        self.title.setProperty("look", "muted")
        self.title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.compare = QToolButton(objectName="compare", accessibleName="Compare")
        self.compare.setToolTip("Compare: this stays at the left, and what is chosen next stands beside it (C)")
        bind_icon(self.compare, "compare", "muted")

        self._top = QWidget()
        top = QHBoxLayout(self._top)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(SPACING)
        top.addWidget(self.attribute_title)
        top.addWidget(self.title, 1)
        top.addWidget(self.compare)
        self._area = QWidget()
        self._sides = QHBoxLayout(self._area)
        self._sides.setContentsMargins(0, 0, 0, 0)
        self._sides.setSpacing(SPACING * 3 // 2)
        self._sides.addWidget(self.chosen, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(self._top)
        layout.addWidget(CompareBar(self.comparison))
        layout.addWidget(self._area, 1)
        layout.addWidget(self.controls)

        self._connect(self.pair)
        for side in self.sides.values():
            side.view.clicked.connect(self.regions.click)
            side.view.swept.connect(self.regions.sweep)
            side.view.double_clicked.connect(self.regions.clear)
        self.compare.clicked.connect(self.comparison.begin)
        self.comparison.changed.connect(self._compare)
        self.controls.changed.connect(self._show_maps)
        self.controls.wipe.toggled.connect(self._arrange)
        self.pair.picture_changed.connect(self._take_picture)
        services.thumbnails.ready.connect(self._file_appeared)
        session.image_changed.connect(self._take_image)
        session.attribute_changed.connect(self._show_maps)
        session.explanation_changed.connect(self.regions.follow)
        session.explanation_changed.connect(self._show_maps)
        self.regions.changed.connect(self._outline_regions)
        session.explaining_changed.connect(self._take_state)
        session.checkpoint_changed.connect(self._say_state)
        session.table_changed.connect(self._show_maps)
        theme().changed.connect(self._say_state)
        self.regions.follow(session.explanation)
        self._take_image(session.image)

    @property
    def pair(self) -> MapPair:
        """The maps of what is chosen."""
        return self.chosen.pair

    @property
    def av(self) -> MapSide:
        """The side of attribute→visual."""
        return self.pair.av

    @property
    def va(self) -> MapSide:
        """The side of visual→attribute."""
        return self.pair.va

    @property
    def sides(self) -> dict[str, MapSide]:
        """Both sides by ``av`` and ``va``."""
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
        return self.pair.is_complete(self._session.explanation) and (self.held is None or self.held.is_complete)

    def focus_subnet(self, name: str) -> None:
        """Put a sub-net in focus: attributes are ranked by its scores."""
        if name != self.focused:
            self.focused = name
            for pair in self._pairs():
                pair.set_focused(name)
            self.subnet_focused.emit(name)

    def swap_subnet(self) -> None:
        """Put the other sub-net in focus."""
        self.focus_subnet("va" if self.focused == "av" else "av")

    def show_whole(self) -> None:
        """Zoom out to the whole image, on both sides."""
        self._show_place(Place())

    def step_divider(self, by: int) -> None:
        """Move the divider between both maps by so many steps to the right; begins to wipe where it was off."""
        if not self.controls.wipe.isChecked():
            self.controls.wipe.setChecked(True)
        self._divide(min(max(self._divider + by * _STEP, 0.0), 1.0))

    def look_ahead(self, records: Sequence[ImageRecord]) -> None:
        """Read these images too, while nothing else is asked for."""
        self.pair.look_ahead([record.path for record in records])

    def pair_picture(self) -> QPixmap:
        """The maps as they are on the screen, with their names and scales, and with what they are compared with."""
        return self._area.grab()

    def turn_comparison(self) -> None:
        """Compare what is chosen with what will be, or compare no longer."""
        if self.comparison.is_on:
            self.comparison.end()
        else:
            self.comparison.begin()

    # Both sides

    def _pairs(self) -> list[MapPair]:
        return [self.pair] if self.held is None else [self.held.pair, self.pair]

    def _connect(self, pair: MapPair) -> None:
        for name, side in pair.sides.items():
            view = side.view
            view.hovered.connect(lambda point, view=view: self._hover(view, point))
            view.pressed.connect(lambda point, name=name, view=view: self._press(name, view, point))
            view.tab_pressed.connect(self.swap_subnet)
            view.double_clicked.connect(self.show_whole)
            view.zoomed.connect(self._show_place)
            view.wiped.connect(self._divide)
        pair.set_focused(self.focused)

    def _compare(self) -> None:
        on = self.comparison.is_on
        if on and self.held is None:
            self.held = HeldPair(self._session, self.comparison)
            self._sides.insertWidget(0, self.held, 1)
            self._connect(self.held.pair)
            self.held.pair.picture_changed.connect(self._take_held_picture)
            for side in self.held.pair.sides.values():
                self.view_made.emit(side.view)
        if self.held is None:
            return
        if on == self.held.isHidden():
            self.held.setVisible(on)
            self._top.setVisible(not on)
            for side in (self.held, self.chosen):
                side.caption.setVisible(on)
            self._arrange()
        else:
            self._show_held()

    def _show_held(self) -> None:
        session = self._session
        if self.held is not None:
            self.held.follow(self.display)
            name = self.comparison.attribute_name(session.attribute)
            self.chosen.tell(session.image, name, session.checkpoint, session.reading())

    # The image

    def _take_picture(self) -> None:
        self.show_whole()
        self._show_maps()

    def _take_held_picture(self) -> None:
        if self.held is not None:
            self.held.pair.show_place(self.av.view.place)
        self._show_held()

    def _take_image(self, record: ImageRecord | None) -> None:
        self._known = known_truth(self._session.project, record)
        words = "No image chosen" if record is None else f"{short_name(record)}, {record.class_name or 'no class'}"
        self.title.setText(words)
        self.title.setToolTip("" if record is None else str(record.path))
        self.pair.show_image(record)
        self._show_maps()

    def _file_appeared(self, path: Path) -> None:
        record = self._session.image
        if record is not None and record.path == path and path.exists():
            self.pair.try_again()

    def _take_state(self, state: ExplainState) -> None:
        if state.phase is not ExplainPhase.FAILED:
            self.pair.try_again()  # The file was not there, and is being looked at now.
        self._say_state()

    # The maps

    def _show_maps(self, *_: object) -> None:
        session = self._session
        attribute, attributes = session.attribute, session.table.attributes
        self.attribute_title.setText(attributes[attribute].full_name if 0 <= attribute < len(attributes) else "")
        truth = truth_of(self._known, session.project, session.image, session.table, attribute)
        self.pair.show_maps(session.explanation, attribute, truth, self.display)
        self._show_held()
        self._outline_regions()
        self._say_state()
        self.shown.emit()

    def _arrange(self) -> None:
        divider = self._divider if self.controls.wipe.isChecked() else None
        for pair in self._pairs():
            pair.wipe(divider)
        self._show_maps()

    def _divide(self, share: float) -> None:
        self._divider = share
        for pair in self._pairs():
            pair.divide(share)

    def _outline_regions(self) -> None:
        self.pair.outline_regions(self.regions.rectangles())

    def _say_state(self, *_: object) -> None:
        session = self._session
        nothing = "Choose an image on the left." if session.images else ""
        self.chosen.say_state(
            session.image,
            session.explaining,
            session.checkpoint,
            session.explanation,
            session.attribute,
            nothing=nothing,
        )

    # The mouse

    def _show_place(self, place: Place) -> None:
        for pair in self._pairs():
            pair.show_place(place)

    def _hover(self, view: MapView, point: tuple[float, float] | None) -> None:
        size = view.size_in_pixels
        share = (point[0] / size[0], point[1] / size[1]) if point is not None and size is not None else None
        for pair in self._pairs():
            pair.point_at(share, view)

    def _press(self, name: str, view: MapView, point: tuple[float, float] | None) -> None:
        """The map that was pressed: on a divided image, that of the half."""
        if view.divider is not None and view.size_in_pixels is not None and point is not None:
            name = "av" if point[0] < view.divider * view.size_in_pixels[0] else "va"
        self.focus_subnet(name)
