"""How maps are shown: which, colour range, colours, opacity, threshold, smoothing, known boxes and parts, wipe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from msdn_core.domain.attention import RangePolicy
from msdn_core.domain.evidence import MapKind
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_check_box, make_combo_box, make_slider
from msdn_gui.widgets.maps.heat import COLOUR_MAPS, DIVERGING

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from msdn_gui.services.settings import SettingsStore

_POLICY_TIPS = {
    RangePolicy.PER_MAP: "Colours span the values of each map",
    RangePolicy.PER_SUBNET: "Colours span all maps of a sub-net, so that attributes can be compared",
    RangePolicy.FIXED: "Colours span 0 to 1, the possible values of attention; for evidence −1 to 1",
}
_KINDS = {
    MapKind.ATTENTION: ("Attention", "Where each sub-net looks for the selected attribute"),
    MapKind.EVIDENCE: (
        "Evidence",
        "What the attribute's score takes from each region: red raises it, blue lowers it, and the map sums to it",
    ),
    MapKind.CLASS: (
        "Class evidence",
        "What the score of the selected class takes from each region; the predicted class if none is selected",
    ),
    MapKind.DIFFERENCE: (
        "Difference",
        "Why the selected class and not its rival, where: red regions speak for it, blue ones for the rival",
    ),
}
"""Name and explanation of the maps."""
_COLOURS_TIP = "Colour map, perceptually uniform"
_SIGNED_TIP = "Evidence has colours of its own: red above 0, blue below"

_WIDE = 900
"""Below this width in pixels, the controls are in two rows."""

_ROOMY = 560
"""Below this width, lists that name what they show have no label."""

_STEP = 5
"""The step of the threshold by keys, in percent of the range."""


@dataclass(frozen=True, slots=True)
class Display:
    """How maps are shown; the same for both sub-nets."""

    policy: RangePolicy = RangePolicy.PER_MAP
    colours: str = "viridis"
    opacity: float = 0.6
    smooth: bool = True
    threshold: float = 0.0
    """Values below this fraction of the colour range are transparent."""
    truth: bool = True
    visible: bool = True
    show: MapKind = MapKind.ATTENTION

    @property
    def map_colours(self) -> str:
        """The colours of the maps that are shown."""
        return DIVERGING if self.show.is_signed else self.colours


class MapControls(QWidget):
    """One row below the pictures, or two; all but threshold, wipe and which maps is remembered."""

    changed = Signal(object)
    """The new ``Display``."""

    def __init__(self, settings: SettingsStore, *, over_one_image: bool = True) -> None:
        """``over_one_image``: whether evidence, known boxes and parts, and both maps on one image can be shown here."""
        super().__init__()
        self._settings, self._over_one_image = settings, over_one_image
        stored = settings.value
        self.show_kind = make_combo_box(name="map_kind", accessible="Show")
        for kind, (text, tip) in _KINDS.items():
            self.show_kind.addItem(text, kind.value)
            self.show_kind.setItemData(self.show_kind.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.show_kind.setParent(self)
        self.show_kind.setHidden(not over_one_image)
        self.policy = make_combo_box(name="range_policy")
        self.policy.setAccessibleName("Colour range")
        for policy in RangePolicy:
            self.policy.addItem(policy.value.capitalize(), policy.value)
            self.policy.setItemData(self.policy.count() - 1, _POLICY_TIPS[policy], Qt.ItemDataRole.ToolTipRole)
        self.policy.setCurrentIndex(max(0, self.policy.findData(stored.range_policy)))
        self.colours = make_combo_box(name="colour_map")
        self.colours.setAccessibleName("Colour map")
        self.colours.addItems([name.capitalize() for name in COLOUR_MAPS])
        name = stored.colour_map if stored.colour_map in COLOUR_MAPS else COLOUR_MAPS[0]
        self.colours.setCurrentIndex(COLOUR_MAPS.index(name))
        self.opacity = _slider("opacity", "Map opacity", round(100 * min(max(stored.opacity, 0.0), 1.0)))
        self.threshold = _slider("threshold", "Map threshold", 0)
        self.smooth = make_check_box("Smooth", name="smooth", checked=stored.smooth)
        self.smooth.setToolTip("Interpolate between the centres of regions; off shows the regions themselves")
        self.truth = make_check_box("Known parts", self, name="truth", checked=stored.truth)
        self.truth.setToolTip(
            "Show known boxes and parts: the object's box (dashed) and its parts (dots), with rings around the parts "
            "of the attribute"
        )
        self.wipe = make_check_box("Wipe", self, name="wipe")
        self.wipe.setToolTip("Show both sub-nets on one image: drag the divider between them, or move it with keys")
        for box in (self.truth, self.wipe):
            box.setHidden(not over_one_image)
        self.policy.setMinimumWidth(self.policy.sizeHint().width())

        scale = QHBoxLayout()
        scale.setSpacing(SPACING)
        self._labels = [_label(text) for text in ("Show", "Range", "Opacity")]
        show, span, opacity = self._labels
        show.setParent(self)
        show.setHidden(not over_one_image)
        for widget in (show, self.show_kind) if over_one_image else ():
            scale.addWidget(widget)
        for widget in (span, self.policy, self.colours, opacity):
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
        self._is_updating = False
        self._update_tips()
        settings.changed.connect(self._on_settings_changed)
        self.show_kind.currentIndexChanged.connect(self._on_changed)
        self.policy.currentIndexChanged.connect(self._on_changed)
        self.colours.currentIndexChanged.connect(self._on_changed)
        self.opacity.valueChanged.connect(self._on_changed)
        self.smooth.toggled.connect(self._on_changed)
        self.threshold.valueChanged.connect(self._on_changed)
        self.truth.toggled.connect(self._on_changed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= _WIDE
        self._rows.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)
        self._rows.setSpacing(SPACING * 2 if is_wide else SPACING // 2)
        for label in self._labels if self._over_one_image else ():
            label.setVisible(self.width() >= _ROOMY)

    @property
    def display(self) -> Display:
        """The present choices."""
        return Display(
            policy=RangePolicy(self.policy.currentData()),
            colours=COLOUR_MAPS[self.colours.currentIndex()],
            opacity=self.opacity.value() / 100,
            smooth=self.smooth.isChecked(),
            threshold=self.threshold.value() / 100,
            truth=self.truth.isChecked(),
            visible=self._visible,
            show=MapKind(self.show_kind.currentData()),
        )

    def set_overlay_visible(self, visible: bool) -> None:
        """Show the maps, or the bare images."""
        if visible != self._visible:
            self._visible = visible
            self.changed.emit(replace(self.display, visible=visible))

    def step_threshold(self, by: int) -> None:
        """Raise the threshold by so many steps, or lower it."""
        self.threshold.setValue(self.threshold.value() + by * _STEP)

    def _on_settings_changed(self) -> None:
        """Show the settings that were changed elsewhere."""
        value, before = self._settings.value, self.display
        self._is_updating = True
        self.policy.setCurrentIndex(max(0, self.policy.findData(value.range_policy)))
        self.colours.setCurrentIndex(COLOUR_MAPS.index(value.colour_map) if value.colour_map in COLOUR_MAPS else 0)
        self.opacity.setValue(round(100 * value.opacity))
        self.smooth.setChecked(value.smooth)
        self.truth.setChecked(value.truth)
        self._is_updating = False
        if self.display != before:
            self._update_tips()
            self.changed.emit(self.display)

    def _on_changed(self) -> None:
        if self._is_updating:
            return
        display = self.display
        self._update_tips()
        self._settings.change(
            range_policy=display.policy.value,
            colour_map=display.colours,
            opacity=display.opacity,
            smooth=display.smooth,
            truth=display.truth,
        )
        self.changed.emit(display)

    def _update_tips(self) -> None:
        kind = MapKind(self.show_kind.currentData())
        self.show_kind.setToolTip(_KINDS[kind][1])
        self.colours.setEnabled(not kind.is_signed)
        self.colours.setToolTip(_SIGNED_TIP if kind.is_signed else _COLOURS_TIP)
        self.policy.setToolTip(_POLICY_TIPS[RangePolicy(self.policy.currentData())])
        self.opacity.setToolTip(f"Map opacity: {self.opacity.value()}% (hold Space to see the bare image)")
        self.threshold.setToolTip(
            f"Threshold: values above {self.threshold.value()}% of the range are coloured"
            if self.threshold.value()
            else "Threshold: colour only values above a fraction of the range"
        )


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    return label


def _slider(name: str, accessible: str, value: int) -> QSlider:
    """Return a slider in percent, as wide as possible."""
    slider = make_slider(0, 100, name=name, accessible=accessible)
    slider.setMinimumWidth(56)
    slider.setValue(value)
    return slider
