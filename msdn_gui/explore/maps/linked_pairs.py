"""Pairs of maps side by side under one zoom, one mouse, one divider, with one sub-net in focus."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from msdn_gui.explore.maps.captioned_pair import CaptionedPair
from msdn_gui.explore.maps.map_pair import MapPair
from msdn_gui.explore.picture.map_view import MapView, Place
from msdn_gui.look.theme import SPACING

_STEP = 0.05
"""How far a key moves the divider, in shares of the image's width."""


class LinkedPairs(QWidget):
    """Images of any size: places are shares of their width and height."""

    subnet_focused = Signal(str)
    """``av`` or ``va``: the sub-net whose map was clicked."""
    view_made = Signal(QWidget)
    """Another view of an image, for the keys that hold in all of them."""

    def __init__(self) -> None:
        super().__init__(objectName="linked_pairs")
        self.focused = "av"
        self.divider: float | None = None
        """Where both maps are parted, as a share of the image's width; None where each has its own image."""
        self._last_divider = 0.5
        self._place = Place()
        self._sides: list[CaptionedPair] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACING * 3 // 2)

    def add_left(self, side: CaptionedPair) -> None:
        """Put a pair left of the others."""
        self._sides.insert(0, side)
        self._row.insertWidget(0, side, 1)
        for name, one in side.pair.sides.items():
            view = one.view
            view.hovered.connect(lambda point, view=view: self._hover(view, point))
            view.pressed.connect(lambda point, name=name, view=view: self._press(name, view, point))
            view.tab_pressed.connect(self.swap_subnet)
            view.double_clicked.connect(self.show_whole)
            view.zoomed.connect(self.show_place)
            view.wiped.connect(self._divide)
            self.view_made.emit(view)
        side.pair.picture_changed.connect(lambda: side.pair.show_place(self._place))
        side.pair.set_focused(self.focused)
        side.pair.wipe(self.divider)

    def caption(self, shown: bool) -> None:
        """Show or hide the line above each pair."""
        for side in self._sides:
            side.caption.setVisible(shown)

    def focus_subnet(self, name: str) -> None:
        """Put a sub-net in focus."""
        if name != self.focused:
            self.focused = name
            for pair in self._pairs():
                pair.set_focused(name)
            self.subnet_focused.emit(name)

    def swap_subnet(self) -> None:
        """Put the other sub-net in focus."""
        self.focus_subnet("va" if self.focused == "av" else "av")

    def show_whole(self) -> None:
        """Zoom out to the whole images."""
        self.show_place(Place())

    def show_place(self, place: Place) -> None:
        """Zoom and pan all images to a place."""
        self._place = place
        for pair in self._pairs():
            pair.show_place(place)

    def wipe(self, wiped: bool) -> None:
        """Part both maps on one image by the divider, or show each on its own."""
        self.divider = self._last_divider if wiped else None
        for pair in self._pairs():
            pair.wipe(self.divider)

    def step_divider(self, by: int) -> None:
        """Move the divider by so many steps to the right."""
        if self.divider is not None:
            self._divide(min(max(self.divider + by * _STEP, 0.0), 1.0))

    def _pairs(self) -> list[MapPair]:
        return [side.pair for side in self._sides]

    def _divide(self, share: float) -> None:
        self.divider = self._last_divider = share
        for pair in self._pairs():
            pair.divide(share)

    def _hover(self, view: MapView, point: tuple[float, float] | None) -> None:
        size = view.size_in_pixels
        share = (point[0] / size[0], point[1] / size[1]) if point is not None and size is not None else None
        for pair in self._pairs():
            pair.point_at(share, view)

    def _press(self, name: str, view: MapView, point: tuple[float, float] | None) -> None:
        """On a divided image it is the half that was pressed."""
        if view.divider is not None and view.size_in_pixels is not None and point is not None:
            name = "av" if point[0] < view.divider * view.size_in_pixels[0] else "va"
        self.focus_subnet(name)
