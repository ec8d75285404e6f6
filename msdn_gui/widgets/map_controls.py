"""How the maps are shown: range, colours, opacity, threshold, smoothness, the known truth, the divider."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from msdn_core.domain.attention import RangePolicy
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_check_box, make_combo_box, make_slider
from msdn_gui.widgets.heat import COLOUR_MAPS

if TYPE_CHECKING:
    from msdn_gui.services.settings import SettingsStore

_POLICY_TIPS = {
    RangePolicy.PER_MAP: "Colours span each map's own lowest and highest value",
    RangePolicy.PER_SUBNET: "Colours span all attributes' maps of a sub-net, so that attributes can be compared",
    RangePolicy.FIXED: "Colours span 0 to 1, what an attention can be",
}

_ROOMY = 900
"""In fewer pixels the controls stand in two rows."""

_STEP = 5
"""Per cent of the range by which a key moves the threshold."""


@dataclass(frozen=True, slots=True)
class Display:
    """How maps are shown; the same for both sub-nets."""

    policy: RangePolicy = RangePolicy.PER_MAP
    colours: str = "viridis"
    opacity: float = 0.6
    smooth: bool = True
    threshold: float = 0.0
    """What lies lower than this share of the colours' range is left clear."""
    truth: bool = True
    visible: bool = True


class MapControls(QWidget):
    """One row under the pictures, or two; what is chosen is remembered, but for threshold and divider."""

    changed = Signal(object)
    """The new ``Display``."""

    def __init__(self, settings: SettingsStore, *, over_one_image: bool = True) -> None:
        """``over_one_image``: whether the known truth and both maps on one image can be shown where this stands."""
        super().__init__()
        self._settings = settings
        stored = settings.value
        self.policy = make_combo_box(name="range_policy")
        self.policy.setAccessibleName("Range of the colours")
        for policy in RangePolicy:
            self.policy.addItem(policy.value.capitalize(), policy.value)
            self.policy.setItemData(self.policy.count() - 1, _POLICY_TIPS[policy], Qt.ItemDataRole.ToolTipRole)
        self.policy.setCurrentIndex(max(0, self.policy.findData(stored.range_policy)))
        self.colours = make_combo_box(name="colour_map")
        self.colours.setAccessibleName("Colour map")
        self.colours.addItems([name.capitalize() for name in COLOUR_MAPS])
        name = stored.colour_map if stored.colour_map in COLOUR_MAPS else COLOUR_MAPS[0]
        self.colours.setCurrentIndex(COLOUR_MAPS.index(name))
        self.opacity = _slider("opacity", "Opacity of the map", round(100 * min(max(stored.opacity, 0.0), 1.0)))
        self.threshold = _slider("threshold", "Threshold of the map", 0)
        self.smooth = make_check_box("Smooth", name="smooth", checked=stored.smooth)
        self.smooth.setToolTip("Interpolate between the regions' centres; off shows the regions as they are")
        self.truth = make_check_box("Truth", self, name="truth", checked=stored.truth)
        self.truth.setToolTip(
            "What is known of the image: the object's box (dashed), its parts (dots), and rings at those of the "
            "attribute"
        )
        self.wipe = make_check_box("Wipe", self, name="wipe")
        self.wipe.setToolTip("Both sub-nets over one image: drag the line between them, or move it by keys")
        for box in (self.truth, self.wipe):
            box.setHidden(not over_one_image)
        self.policy.setMinimumWidth(self.policy.sizeHint().width())
        self.colours.setToolTip("Colours of the map: each is even to the eye")

        scale = QHBoxLayout()
        scale.setSpacing(SPACING)
        for widget in (_label("Range"), self.policy, self.colours, _label("Opacity")):
            scale.addWidget(widget)
        scale.addWidget(self.opacity, 1)
        rest = QHBoxLayout()
        rest.setSpacing(SPACING)
        rest.addWidget(_label("Threshold"))
        rest.addWidget(self.threshold, 1)
        for box in (self.smooth, *((self.truth, self.wipe) if over_one_image else ())):
            box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
            rest.addWidget(box)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(SPACING // 2)
        self._rows.addLayout(scale, 1)
        self._rows.addLayout(rest, 1)

        self._visible = True
        self._follows = False
        self._tell_policy()
        settings.changed.connect(self._follow)
        self.policy.currentIndexChanged.connect(self._change)
        self.colours.currentIndexChanged.connect(self._change)
        self.opacity.valueChanged.connect(self._change)
        self.smooth.toggled.connect(self._change)
        self.threshold.valueChanged.connect(self._change)
        self.truth.toggled.connect(self._change)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= _ROOMY
        self._rows.setDirection(QBoxLayout.Direction.LeftToRight if roomy else QBoxLayout.Direction.TopToBottom)
        self._rows.setSpacing(SPACING * 2 if roomy else SPACING // 2)

    @property
    def display(self) -> Display:
        """What is chosen now."""
        return Display(
            policy=RangePolicy(self.policy.currentData()),
            colours=COLOUR_MAPS[self.colours.currentIndex()],
            opacity=self.opacity.value() / 100,
            smooth=self.smooth.isChecked(),
            threshold=self.threshold.value() / 100,
            truth=self.truth.isChecked(),
            visible=self._visible,
        )

    def set_overlay_visible(self, visible: bool) -> None:
        """Show the maps, or the bare images."""
        if visible != self._visible:
            self._visible = visible
            self.changed.emit(replace(self.display, visible=visible))

    def step_threshold(self, by: int) -> None:
        """Raise the threshold by so many steps, or lower it."""
        self.threshold.setValue(self.threshold.value() + by * _STEP)

    def _follow(self) -> None:
        """What is chosen elsewhere is chosen here."""
        value, before = self._settings.value, self.display
        self._follows = True
        self.policy.setCurrentIndex(max(0, self.policy.findData(value.range_policy)))
        self.colours.setCurrentIndex(COLOUR_MAPS.index(value.colour_map) if value.colour_map in COLOUR_MAPS else 0)
        self.opacity.setValue(round(100 * value.opacity))
        self.smooth.setChecked(value.smooth)
        self.truth.setChecked(value.truth)
        self._follows = False
        if self.display != before:
            self._tell_policy()
            self.changed.emit(self.display)

    def _change(self) -> None:
        if self._follows:
            return
        display = self.display
        self._tell_policy()
        self._settings.change(
            range_policy=display.policy.value,
            colour_map=display.colours,
            opacity=display.opacity,
            smooth=display.smooth,
            truth=display.truth,
        )
        self.changed.emit(display)

    def _tell_policy(self) -> None:
        self.policy.setToolTip(_POLICY_TIPS[RangePolicy(self.policy.currentData())])
        self.opacity.setToolTip(f"Opacity of the map: {self.opacity.value()}% (hold Space to see the bare image)")
        self.threshold.setToolTip(
            f"Threshold: what lies above {self.threshold.value()}% of the range is coloured"
            if self.threshold.value()
            else "Threshold: colour only what lies above a share of the range"
        )


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    return label


def _slider(name: str, words: str, value: int) -> QSlider:
    """Per cent, as wide as there is room."""
    slider = make_slider(0, 100, name=name, accessible=words)
    slider.setMinimumWidth(56)
    slider.setValue(value)
    return slider
