"""One sub-net's half of the picture pair: its name, the image with its map, the scale, the value under the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_core.domain.annotation import Box
from msdn_core.domain.attention import peak_regions, region_of, value_range
from msdn_core.domain.metrics import pointing_hits
from msdn_gui.explore.map_view import MapView
from msdn_gui.theme import SPACING, small_font, text_font, theme
from msdn_gui.widgets.colour_bar import ColourBar
from msdn_gui.widgets.heat import coloured, short_number
from msdn_gui.widgets.map_controls import Display

_TIPS = {
    "av": "The attribute looks for its regions: each attribute's map sums to 1 over the regions.",
    "va": "Each region looks for its attributes: in each region all attributes' maps sum to 1.",
}


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


class MapSide(QWidget):
    """``name`` is ``av`` or ``va``, also the theme's colour of the sub-net."""

    def __init__(self, name: str, label: str, words: str) -> None:
        super().__init__()
        self.setObjectName(f"side_{name}")
        self._name, self._label, self._words = name, label, words
        self._focused = False
        self._shown: Shown | None = None
        self._range: tuple[float, float] | None = None
        self._is_hit: bool | None = None
        self._display = Display()
        self.heading = QLabel(objectName=f"{name}_heading")
        self.heading.setTextFormat(Qt.TextFormat.RichText)
        self.heading.setToolTip(
            f"{_TIPS[name]}\nThe cross marks the map's highest region, rings the part's true places.\n"
            "Click a region to see which attributes it speaks for; Ctrl adds one, Shift and dragging take several."
        )
        self.score = QLabel(objectName=f"{name}_score")
        self.score.setFont(text_font(bold=True))
        self.score.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.hit = QLabel(objectName=f"{name}_hit")
        self.hit.setFont(small_font())
        self.hit.setToolTip(
            "Whether the map's highest region lies within one region of the part's true place, as in the pointing "
            "game, which counts only attributes that the image's class has"
        )
        self.view = MapView()
        self.view.setObjectName(f"{name}_view")
        self.view.setAccessibleName(f"Image with the {words} map")
        self.notice = QLabel(self.view, objectName=f"{name}_notice", wordWrap=True)
        self.notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.notice.hide()
        self.bar = ColourBar()
        self.bar.setObjectName(f"{name}_bar")
        self.bar.setFont(small_font())
        self.readout = QLabel(objectName=f"{name}_readout")
        self.readout.setFont(small_font())
        self.readout.setProperty("look", "muted")
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.heading, 1)
        top.addWidget(self.hit)
        top.addSpacing(SPACING)
        top.addWidget(self.score)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(0, 0, 0, 0)
        bottom.setSpacing(SPACING)
        bottom.addWidget(self.bar, 1)
        bottom.addWidget(self.readout)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        layout.addLayout(bottom)
        self.view.installEventFilter(self)
        theme().changed.connect(self._follow_theme)
        self._follow_theme()

    # What is shown

    def show_map(self, shown: Shown | None, display: Display) -> None:
        """Show a map this way, or none."""
        self._shown, self._display = shown, display
        self.view.set_overlay_visible(display.visible)
        self.view.set_overlay_opacity(display.opacity)
        if shown is None:
            self._range = None
            self.view.clear_map()
            self.bar.show_range(None, display.colours, "")
            self.show_value_at(None)
            return
        self._range = value_range(shown.stack, shown.attribute, display.policy)
        pixels = coloured(shown.values, self._range, display.colours, smoothed=display.smooth)
        self.view.show_map(pixels, shown.viewed, shown.image_size)
        self.view.mark_peak(self._centre_of_peak(shown))
        self.bar.show_range(self._range, display.colours, display.policy.value)
        self.show_value_at(None)

    def show_score(self, text: str, tip: str = "") -> None:
        """The chosen attribute's score in this sub-net."""
        self.score.setText(text)
        self.score.setToolTip(tip)

    def show_truth(self, places: Sequence[tuple[float, float]]) -> None:
        """Say whether the map peaks at one of an attribute's true places, by the pointing game's rule."""
        shown = self._shown
        grid = shown.values.shape if shown is not None else (1, 1)
        regions = [region_of(x, y, shown.viewed, grid) for x, y in places] if shown is not None else []
        truth = np.array([region for region in regions if region is not None], dtype=np.float64).reshape(-1, 2)
        is_hit = None
        if shown is not None and len(truth):
            is_hit = bool(pointing_hits(peak_regions(shown.values[None])[0], truth))
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
        """Say the value of the region at an image point, or else what the colours' range is."""
        region = self._region_at(point)
        if self._shown is None:
            words, value = "", None
        elif point is None:
            words, value = self._display.policy.value, None
        elif region is None:
            words, value = "not viewed", None
        else:
            value = float(self._shown.values[region])
            words = f"{short_number(value)} in row {region[0] + 1}, column {region[1] + 1}"
        self.readout.setText(words)
        self.bar.mark_value(value)

    def set_focused(self, focused: bool) -> None:
        """Mark this sub-net as the one in focus, by which attributes are ranked."""
        self._focused = focused
        self._follow_theme()

    @property
    def value_range(self) -> tuple[float, float] | None:
        """What the colours span, None while there is no map."""
        return self._range

    # Inside

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
        return region_of(*point, self._shown.viewed, (height, width))

    @staticmethod
    def _centre_of_peak(shown: Shown) -> tuple[float, float]:
        height, width = shown.values.shape
        row, column = map(int, peak_regions(shown.values[None])[0])
        viewed = shown.viewed
        return viewed.x + (column + 0.5) * viewed.width / width, viewed.y + (row + 0.5) * viewed.height / height

    def _follow_theme(self) -> None:
        colours = theme().colours
        shade = getattr(colours, self._name)
        weight = 700 if self._focused else 500
        line = "underline" if self._focused else "none"
        self.heading.setText(
            f"<span style='color:{shade}; font-weight:{weight}; text-decoration:{line}'>{self._label}</span>"
            f"<span style='color:{colours.muted}'>&nbsp; {self._words}</span>"
        )
        self.view.setBackground(colours.q("canvas"))
        self.bar.update()
        self._show_hit()

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
        return super().eventFilter(watched, event)
