"""Pairs of maps side by side that share zoom, pointer, divider and the sub-net in focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from msdn_gui.explore.picture.map_view import MapView, Viewport
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_row

if TYPE_CHECKING:
    from msdn_gui.explore.maps.captioned_pair import CaptionedPair
    from msdn_gui.explore.maps.map_pair import MapPair

_STEP = 0.05
"""How far a key moves the divider, as a fraction of the image's width."""


class LinkedPairs(QWidget):
    """Images may have any size: positions are fractions of width and height."""

    subnet_focused = Signal(str)
    """``av`` or ``va``: the sub-net whose map was clicked."""
    view_made = Signal(QWidget)
    """A view was added, for keys that work in all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("linked_pairs")
        self.focused = "av"
        self.divider: float | None = None
        """The divider as a fraction of the image's width; None if each map has its own image."""
        self._last_divider = 0.5
        self._viewport = Viewport()
        self._sides: list[CaptionedPair] = []
        self._row = make_row(spacing=SPACING * 3 // 2)
        self.setLayout(self._row)

    def add_left(self, side: CaptionedPair) -> None:
        """Add a pair left of the others."""
        self._sides.insert(0, side)
        self._row.insertWidget(0, side, 1)
        for name, map_side in side.pair.sides.items():
            view = map_side.view
            view.hovered.connect(lambda point, view=view: self._on_hovered(view, point))
            view.pressed.connect(lambda point, name=name, view=view: self._on_pressed(name, view, point))
            view.tab_pressed.connect(self.switch_subnet)
            view.double_clicked.connect(self.show_whole)
            view.zoomed.connect(self.show_viewport)
            view.wiped.connect(self._set_divider)
            self.view_made.emit(view)
        side.pair.picture_changed.connect(lambda: side.pair.show_viewport(self._viewport))
        side.pair.set_focused(self.focused)
        side.pair.wipe(self.divider)

    def show_captions(self, shown: bool) -> None:
        """Show or hide the line above each pair."""
        for side in self._sides:
            side.caption.setVisible(shown)

    def focus_subnet(self, name: str) -> None:
        """Focus a sub-net, ``av`` or ``va``."""
        if name != self.focused:
            self.focused = name
            for pair in self._pairs():
                pair.set_focused(name)
            self.subnet_focused.emit(name)

    def switch_subnet(self) -> None:
        """Focus the other sub-net."""
        self.focus_subnet("va" if self.focused == "av" else "av")

    def show_whole(self) -> None:
        """Zoom out to the whole images."""
        self.show_viewport(Viewport())

    def show_viewport(self, viewport: Viewport) -> None:
        """Zoom and pan all images to a viewport."""
        self._viewport = viewport
        for pair in self._pairs():
            pair.show_viewport(viewport)

    def wipe(self, wiped: bool) -> None:
        """Show both maps on one image with a divider between them, or each on its own image."""
        self.divider = self._last_divider if wiped else None
        for pair in self._pairs():
            pair.wipe(self.divider)

    def step_divider(self, by: int) -> None:
        """Move the divider to the right by a number of steps."""
        if self.divider is not None:
            self._set_divider(min(max(self.divider + by * _STEP, 0.0), 1.0))

    def _pairs(self) -> list[MapPair]:
        return [side.pair for side in self._sides]

    def _set_divider(self, share: float) -> None:
        self.divider = self._last_divider = share
        for pair in self._pairs():
            pair.set_divider(share)

    def _on_hovered(self, view: MapView, point: tuple[float, float] | None) -> None:
        size = view.size_in_pixels
        share = (point[0] / size[0], point[1] / size[1]) if point is not None and size is not None else None
        for pair in self._pairs():
            pair.point_at(share, view)

    def _on_pressed(self, name: str, view: MapView, point: tuple[float, float] | None) -> None:
        """Focus the sub-net of the view, or of the half of a divided image."""
        if view.divider is not None and view.size_in_pixels is not None and point is not None:
            name = "av" if point[0] < view.divider * view.size_in_pixels[0] else "va"
        self.focus_subnet(name)
