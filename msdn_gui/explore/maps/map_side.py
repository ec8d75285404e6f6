"""One sub-net's half of a pair of maps: heading, image with map, colour bar, and the value under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

from msdn_core.domain.attention import peak_regions, region_at, value_range
from msdn_core.domain.evidence import MapKind
from msdn_core.domain.metrics import pointing_hits
from msdn_gui.explore.picture.map_view import MapView
from msdn_gui.explore.picture.truth import Truth, true_regions
from msdn_gui.look.theme import SPACING, small_font, text_font, theme
from msdn_gui.widgets.build import make_label, make_row, named
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.maps.colour_bar import ColourBar
from msdn_gui.widgets.maps.heat import coloured, cut_value, short_number
from msdn_gui.widgets.maps.map_controls import Display

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.annotation import Box

_TIPS = {
    "av": "Where is this attribute? Each attribute's map sums to 1 over the regions.",
    "va": "Which attributes does this region show? In each region, the maps of all attributes sum to 1, so a map "
    "compares attributes and does not locate them well.",
}
_SIGNED_TIPS = {
    MapKind.EVIDENCE: "What the attribute's score takes from each region: the map sums to this sub-net's score.",
    MapKind.CLASS: "What the class score takes from each region: the map sums to the score by this sub-net alone.",
    MapKind.DIFFERENCE: "Why this class and not the other, where: the map sums to the lead by this sub-net alone.",
}

_REACH = 9.0
"""Screen pixels within which the pointer is at a part."""

_ROOMY = 260
"""Below this width, only the sub-net's short label is shown."""


@dataclass(frozen=True, eq=False, slots=True)
class Shown:
    """A map on the screen."""

    stack: NDArray[np.float32]
    attribute: int
    viewed: Box
    image_size: tuple[int, int]

    @property
    def values(self) -> NDArray[np.float32]:
        """The (H, W) map."""
        values: NDArray[np.float32] = self.stack[self.attribute]
        return values


class MapSide(QObject):
    """``name`` is ``av`` or ``va``, and the theme's colour of the sub-net; a pair lays out head, view and foot."""

    def __init__(self, name: str, label: str, full_name: str, parent: QWidget, prefix: str = "") -> None:
        super().__init__(parent)
        self._name, self._label, self._full_name = name, label, full_name
        self._is_focused = False
        self._shown: Shown | None = None
        self._range: tuple[float, float] | None = None
        self._truth = Truth()
        self._is_hit: bool | None = None
        self._display = Display()
        self.head, self.foot = QWidget(parent), QWidget(parent)
        self.view = named(MapView(parent), f"{prefix}{name}_view")
        self.view.setAccessibleName(f"Image with the {full_name} map")
        self._canvas, self._layer = self.view, 0
        self._make_head(prefix)
        self._make_foot(prefix)
        self.notice = make_label(parent=self.view, name=f"{prefix}{name}_notice", wrap=True)
        self.notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.notice.hide()
        self.view.installEventFilter(self)
        self.head.installEventFilter(self)
        theme().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _make_head(self, prefix: str) -> None:
        name = self._name
        self.heading = make_label(name=f"{prefix}{name}_heading")
        self.heading.setTextFormat(Qt.TextFormat.RichText)
        self.heading.setMinimumWidth(40)
        self._update_tip()
        self.score = make_label(name=f"{prefix}{name}_score")
        self.score.setFont(text_font(bold=True))
        self.score.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.hit = make_label(name=f"{prefix}{name}_hit")
        self.hit.setFont(small_font())
        self.hit.setToolTip(
            "Pointing game: whether the highest region of the map is within one region of a known part of the "
            "attribute. Shown only if the image's class has the attribute"
        )
        row = make_row(self.heading, self.hit)
        row.setStretchFactor(self.heading, 1)
        row.addSpacing(SPACING)
        row.addWidget(self.score)
        self.head.setLayout(row)

    def _make_foot(self, prefix: str) -> None:
        self.bar = named(ColourBar(), f"{prefix}{self._name}_bar")
        self.bar.setFont(small_font())
        self.readout = ElidedLabel(name=f"{prefix}{self._name}_readout")
        self.readout.setFont(small_font())
        self.readout.setMinimumWidth(1)
        self.readout.setProperty("look", "muted")
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = make_row(self.bar, self.readout, spacing=SPACING)
        row.setStretchFactor(self.bar, 1)
        self.foot.setLayout(row)

    def draw_on(self, view: MapView, layer: int) -> None:
        """Show the map as a layer of this view."""
        self._canvas.clear_map(self._layer)
        self._canvas, self._layer = view, layer

    # Contents

    def show_map(self, shown: Shown | None, display: Display) -> None:
        """Show a map, or none."""
        self._shown, self._display = shown, display
        self._canvas.show_overlay(display.visible, display.opacity)
        if shown is None:
            self._range = None
            self._canvas.clear_map(self._layer)
            self.bar.show_range(None, display.colours, "")
            self.show_value_at(None)
            return
        self._update_tip()
        colours = display.map_colours
        self._range = value_range(shown.stack, shown.attribute, display.policy, signed=display.show.is_signed)
        threshold = self.threshold
        pixels = coloured(shown.values, self._range, colours, smoothed=display.smooth, above=threshold)
        peak = self._peak_centre(shown)
        self._canvas.show_map(pixels, shown.viewed, shown.image_size, peak, self._layer)
        self.bar.show_range(self._range, colours, display.policy.value, threshold)
        self.show_value_at(None)

    def show_score(self, text: str, tip: str = "") -> None:
        """Show the selected attribute's score in this sub-net."""
        self.score.setText(text)
        self.score.setToolTip(tip)

    def show_truth(self, truth: Truth) -> None:
        """Draw what is known of the image, and show whether the map is a hit in the pointing game."""
        self._truth = truth
        self.view.marks.show_truth(truth if self._display.truth else Truth())
        self.view.redraw_marks()
        shown = self._shown
        is_hit = None
        if shown is not None and truth.is_counted:
            regions = true_regions(truth.attribute_points, shown.viewed, shown.values.shape)
            is_hit = bool(pointing_hits(peak_regions(shown.values[None])[0], regions)) if len(regions) else None
        if is_hit != self._is_hit:
            self._is_hit = is_hit
            self._update_hit()

    def show_notice(self, text: str, *, is_error: bool = False) -> None:
        """Show a text in place of the map; none if it is empty."""
        self.notice.setText(text)
        self.notice.setVisible(bool(text))
        colours = theme().colours
        shade = colours.error if is_error else colours.text
        self.notice.setStyleSheet(
            f"background: {colours.panel}; color: {shade}; border: 1px solid {colours.line}; "
            "border-radius: 6px; padding: 6px 12px;"
        )
        self._place_notice()

    def show_value_at(self, point: tuple[float, float] | None) -> None:
        """Show the value at an image point; without one, the colours' range and the share above the threshold."""
        region = self._region_at(point)
        value = None
        if self._shown is None:
            text = ""
        elif point is None:
            text = self._range_text(self._shown)
        elif region is None:
            text = "outside the network's view"
        else:
            value = float(self._shown.values[region])
            text = f"{short_number(value)} in row {region[0] + 1}, column {region[1] + 1}"
        if point is not None and self._display.truth:
            pixel, _ = self._canvas.box.viewPixelSize()
            part = self._truth.near(point, _REACH * pixel)
            text = f"{part}: {text}" if part else text
        self.readout.setText(text)
        self.bar.mark_value(value)

    def set_focused(self, is_focused: bool) -> None:
        """Mark this sub-net as the one in focus, by which attributes are sorted."""
        self._is_focused = is_focused
        self._update_heading()

    @property
    def threshold(self) -> float | None:
        """The value below which the map is transparent; None if all of it is coloured."""
        if self._range is None:
            return None
        return cut_value(self._range, self._display.threshold, signed=self._display.show.is_signed)

    @property
    def value_range(self) -> tuple[float, float] | None:
        """The range of the colours; None without a map."""
        return self._range

    # Inside

    def _update_tip(self) -> None:
        tip = _SIGNED_TIPS.get(self._display.show, _TIPS[self._name])
        self.heading.setToolTip(
            f"{self._full_name.capitalize()}. {tip}\n"
            "A cross marks the highest region of the map; rings mark the known parts of the attribute.\n"
            "Click a region to see its attributes; Ctrl+click adds a region, Shift+drag selects several."
        )

    def _range_text(self, shown: Shown) -> str:
        policy, threshold = self._display.policy.value, self.threshold
        if threshold is None:
            return policy
        # Compare in the map's own precision, so that a threshold at the highest value keeps that region.
        signed = self._display.show.is_signed
        size = np.abs(shown.values) if signed else shown.values
        share = float((size >= np.float32(threshold)).mean())
        text = f"{share:.0%} {'beyond ±' if signed else 'above '}{short_number(threshold)}"
        return f"{policy}, {text}" if self.foot.width() >= _ROOMY else text

    def _update_hit(self) -> None:
        # Setting a style sheet is slow, so callers do it only if the answer changed.
        colours = theme().colours
        self.hit.setVisible(self._is_hit is not None)
        self.hit.setText("✓ hit" if self._is_hit else "✗ miss")
        self.hit.setStyleSheet(f"color: {colours.good if self._is_hit else colours.muted}")

    def _region_at(self, point: tuple[float, float] | None) -> tuple[int, int] | None:
        if point is None or self._shown is None:
            return None
        height, width = self._shown.values.shape
        return region_at(*point, self._shown.viewed, (height, width))

    @staticmethod
    def _peak_centre(shown: Shown) -> tuple[float, float]:
        height, width = shown.values.shape
        row, column = map(int, peak_regions(shown.values[None])[0])
        viewed = shown.viewed
        return viewed.x + (column + 0.5) * viewed.width / width, viewed.y + (row + 0.5) * viewed.height / height

    def _on_theme_changed(self) -> None:
        self._update_heading()
        self.view.setBackground(theme().colours.q("canvas"))
        self.bar.update()
        self._update_hit()

    def _update_heading(self) -> None:
        colours = theme().colours
        shade = getattr(colours, self._name)
        weight = 700 if self._is_focused else 500
        line = "underline" if self._is_focused else "none"
        full_name = f"<span style='color:{colours.muted}'>&nbsp; {self._full_name}</span>"
        self.heading.setText(
            f"<span style='color:{shade}; font-weight:{weight}; text-decoration:{line}'>{self._label}</span>"
            f"{full_name if self.head.width() >= _ROOMY else ''}"
        )

    def _place_notice(self) -> None:
        if self.notice.isHidden():
            return
        room = self.view.rect().adjusted(SPACING, SPACING, -SPACING, -SPACING)
        width = min(room.width(), self.notice.fontMetrics().horizontalAdvance(self.notice.text()) + 32)
        height = self.notice.heightForWidth(width)
        top = room.center().y() - height // 2 if self.view.size_in_pixels is None else room.bottom() - height
        self.notice.setGeometry(room.center().x() - width // 2, max(room.top(), top), width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.view and event.type() == QEvent.Type.Resize:
            self._place_notice()
        elif watched is self.head and event.type() == QEvent.Type.Resize:
            self._update_heading()
        return super().eventFilter(watched, event)
