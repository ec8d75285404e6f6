"""One sub-net's half of a picture pair: its name, the image with its map, the scale, the value under the mouse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from msdn_core.domain.annotation import Box
from msdn_core.domain.attention import peak_regions, region_at, value_range
from msdn_core.domain.metrics import pointing_hits
from msdn_gui.explore.picture.map_view import MapView
from msdn_gui.explore.picture.truth import Truth, true_regions
from msdn_gui.look.theme import SPACING, small_font, text_font, theme
from msdn_gui.widgets.build import make_label
from msdn_gui.widgets.colour_bar import ColourBar
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.heat import coloured, cut_value, short_number
from msdn_gui.widgets.map_controls import Display

_TIPS = {
    "av": "The attribute looks for its regions: each attribute's map sums to 1 over the regions.",
    "va": "Each region looks for its attributes: in each region all attributes' maps sum to 1.",
}

_REACH = 9.0
"""Pixels of the screen within which the mouse is at a part."""

_ROOMY = 260
"""In fewer pixels the sub-net is told by its sign alone."""


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
        return self.stack[self.attribute]


class MapSide(QObject):
    """``name`` is ``av`` or ``va``, also the theme's colour of the sub-net; a pair arranges head, view and foot."""

    def __init__(self, name: str, label: str, words: str, parent: QWidget, prefix: str = "") -> None:
        super().__init__(parent)
        self._name, self._label, self._words = name, label, words
        self._focused = False
        self._shown: Shown | None = None
        self._range: tuple[float, float] | None = None
        self._truth = Truth()
        self._is_hit: bool | None = None
        self._display = Display()
        self.head, self.foot = QWidget(parent), QWidget(parent)
        self.heading = make_label(name=f"{prefix}{name}_heading")
        self.heading.setTextFormat(Qt.TextFormat.RichText)
        self.heading.setMinimumWidth(40)
        self.heading.setToolTip(
            f"{words.capitalize()}. {_TIPS[name]}\n"
            "The cross marks the map's highest region, rings the true places of the attribute's part.\n"
            "Click a region to see which attributes it speaks for; Ctrl adds one, Shift and dragging take several."
        )
        self.score = make_label(name=f"{prefix}{name}_score")
        self.score.setFont(text_font(bold=True))
        self.score.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.hit = make_label(name=f"{prefix}{name}_hit")
        self.hit.setFont(small_font())
        self.hit.setToolTip(
            "Whether the map's highest region lies within one region of the part's true place, as in the pointing "
            "game; said only where the image's class has the attribute, for the game counts no other"
        )
        self.view = MapView(parent)
        self.view.setObjectName(f"{prefix}{name}_view")
        self.view.setAccessibleName(f"Image with the {words} map")
        self._canvas, self._layer = self.view, 0
        self.notice = make_label(parent=self.view, name=f"{prefix}{name}_notice", wrap=True)
        self.notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.notice.hide()
        self.bar = ColourBar()
        self.bar.setObjectName(f"{prefix}{name}_bar")
        self.bar.setFont(small_font())
        self.readout = ElidedLabel(name=f"{prefix}{name}_readout")
        self.readout.setFont(small_font())
        self.readout.setMinimumWidth(1)
        self.readout.setProperty("look", "muted")
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

        top = QHBoxLayout(self.head)
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.heading, 1)
        top.addWidget(self.hit)
        top.addSpacing(SPACING)
        top.addWidget(self.score)
        bottom = QHBoxLayout(self.foot)
        bottom.setContentsMargins(0, 0, 0, 0)
        bottom.setSpacing(SPACING)
        bottom.addWidget(self.bar, 1)
        bottom.addWidget(self.readout)
        self.view.installEventFilter(self)
        self.head.installEventFilter(self)
        theme().changed.connect(self._follow_theme)
        self._follow_theme()

    def draw_on(self, view: MapView, layer: int) -> None:
        """Show the map as a layer of this view from now on."""
        self._canvas.clear_map(self._layer)
        self._canvas, self._layer = view, layer

    # What is shown

    def show_map(self, shown: Shown | None, display: Display) -> None:
        """Show a map this way, or none."""
        self._shown, self._display = shown, display
        self._canvas.show_overlay(display.visible, display.opacity)
        if shown is None:
            self._range = None
            self._canvas.clear_map(self._layer)
            self.bar.show_range(None, display.colours, "")
            self.show_value_at(None)
            return
        self._range = value_range(shown.stack, shown.attribute, display.policy)
        above = self.threshold
        pixels = coloured(shown.values, self._range, display.colours, smoothed=display.smooth, above=above)
        peak = self._centre_of_peak(shown)
        self._canvas.show_map(pixels, shown.viewed, shown.image_size, peak, self._layer)
        self.bar.show_range(self._range, display.colours, display.policy.value, above)
        self.show_value_at(None)

    def show_score(self, text: str, tip: str = "") -> None:
        """The chosen attribute's score in this sub-net."""
        self.score.setText(text)
        self.score.setToolTip(tip)

    def show_truth(self, truth: Truth) -> None:
        """Draw what is known, and say whether the map peaks where the attribute truly is, as the pointing game does."""
        self._truth = truth
        self.view.marks.show_truth(truth if self._display.truth else Truth())
        self.view.redraw_marks()
        shown = self._shown
        is_hit = None
        if shown is not None and truth.counts:
            places = true_regions(truth.places, shown.viewed, shown.values.shape)
            is_hit = bool(pointing_hits(peak_regions(shown.values[None])[0], places)) if len(places) else None
        if is_hit != self._is_hit:
            self._is_hit = is_hit
            self._show_hit()

    def show_notice(self, text: str, *, fault: bool = False) -> None:
        """Say something where the map will stand; nothing where the text is empty."""
        self.notice.setText(text)
        self.notice.setVisible(bool(text))
        colours = theme().colours
        shade = colours.error if fault else colours.text
        self.notice.setStyleSheet(
            f"background: {colours.panel}; color: {shade}; border: 1px solid {colours.line}; "
            "border-radius: 6px; padding: 6px 12px;"
        )
        self._place_notice()

    def show_value_at(self, point: tuple[float, float] | None) -> None:
        """Say the value at an image point, or else the colours' range and how much lies above the threshold."""
        region = self._region_at(point)
        value = None
        if self._shown is None:
            words = ""
        elif point is None:
            words = self._resting_words(self._shown)
        elif region is None:
            words = "not viewed"
        else:
            value = float(self._shown.values[region])
            words = f"{short_number(value)} in row {region[0] + 1}, column {region[1] + 1}"
        if point is not None and self._display.truth:
            pixel, _ = self._canvas.box.viewPixelSize()
            part = self._truth.near(point, _REACH * pixel)
            words = f"{part}: {words}" if part else words
        self.readout.setText(words)
        self.bar.mark_value(value)

    def set_focused(self, focused: bool) -> None:
        """Mark this sub-net as the one in focus, by which attributes are ranked."""
        self._focused = focused
        self._show_heading()

    @property
    def threshold(self) -> float | None:
        """The value below which the map is left clear, None where all of it is coloured."""
        return None if self._range is None else cut_value(self._range, self._display.threshold)

    @property
    def value_range(self) -> tuple[float, float] | None:
        """What the colours span, None while there is no map."""
        return self._range

    # Inside

    def _resting_words(self, shown: Shown) -> str:
        policy, above = self._display.policy.value, self.threshold
        if above is None:
            return policy
        # In the map's own precision: a threshold at its highest value leaves that region.
        share = float((shown.values >= np.float32(above)).mean())
        words = f"{share:.0%} above {short_number(above)}"
        return f"{policy}, {words}" if self.foot.width() >= _ROOMY else words

    def _show_hit(self) -> None:
        # A style sheet is worked through anew each time that it is set, so it is set for another answer alone.
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
    def _centre_of_peak(shown: Shown) -> tuple[float, float]:
        height, width = shown.values.shape
        row, column = map(int, peak_regions(shown.values[None])[0])
        viewed = shown.viewed
        return viewed.x + (column + 0.5) * viewed.width / width, viewed.y + (row + 0.5) * viewed.height / height

    def _follow_theme(self) -> None:
        self._show_heading()
        self.view.setBackground(theme().colours.q("canvas"))
        self.bar.update()
        self._show_hit()

    def _show_heading(self) -> None:
        colours = theme().colours
        shade = getattr(colours, self._name)
        weight = 700 if self._focused else 500
        line = "underline" if self._focused else "none"
        roomy = self.head.width() >= _ROOMY
        words = f"<span style='color:{colours.muted}'>&nbsp; {self._words}</span>" if roomy else ""
        self.heading.setText(
            f"<span style='color:{shade}; font-weight:{weight}; text-decoration:{line}'>{self._label}</span>{words}"
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
            self._show_heading()
        return super().eventFilter(watched, event)
