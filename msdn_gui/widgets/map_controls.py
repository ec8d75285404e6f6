"""How the maps are shown: range, colours, opacity, smoothness, true places."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from msdn_core.domain.attention import RangePolicy
from msdn_gui.theme import SPACING
from msdn_gui.widgets.heat import COLOUR_MAPS

if TYPE_CHECKING:
    from msdn_gui.services.settings import SettingsStore

_POLICY_TIPS = {
    RangePolicy.PER_MAP: "Colours span each map's own lowest and highest value",
    RangePolicy.PER_SUBNET: "Colours span all attributes' maps of a sub-net, so that attributes can be compared",
    RangePolicy.FIXED: "Colours span 0 to 1, what an attention can be",
}

_ROOMY = 600
"""In fewer pixels, what has no room for a label has its tooltip."""


@dataclass(frozen=True, slots=True)
class Display:
    """How maps are shown; the same for both sub-nets."""

    policy: RangePolicy = RangePolicy.PER_MAP
    colours: str = "viridis"
    opacity: float = 0.6
    smooth: bool = True
    parts: bool = True
    visible: bool = True


class MapControls(QWidget):
    """One row under the pictures; what is chosen is remembered."""

    changed = Signal(object)
    """The new ``Display``."""

    def __init__(self, settings: SettingsStore, *, has_parts: bool = True) -> None:
        """``has_parts``: whether true places can be shown where this stands."""
        super().__init__()
        self._settings = settings
        stored = settings.value
        self.policy = QComboBox(objectName="range_policy")
        self.policy.setAccessibleName("Range of the colours")
        for policy in RangePolicy:
            self.policy.addItem(policy.value.capitalize(), policy.value)
            self.policy.setItemData(self.policy.count() - 1, _POLICY_TIPS[policy], Qt.ItemDataRole.ToolTipRole)
        self.policy.setCurrentIndex(max(0, self.policy.findData(stored.range_policy)))
        self.colours = QComboBox(objectName="colour_map")
        self.colours.setAccessibleName("Colour map")
        self.colours.addItems([name.capitalize() for name in COLOUR_MAPS])
        name = stored.colour_map if stored.colour_map in COLOUR_MAPS else COLOUR_MAPS[0]
        self.colours.setCurrentIndex(COLOUR_MAPS.index(name))
        self.opacity = QSlider(Qt.Orientation.Horizontal, objectName="opacity", minimum=0, maximum=100)
        self.opacity.setAccessibleName("Opacity of the map")
        self.opacity.setMinimumWidth(56)
        self.opacity.setMaximumWidth(160)
        self.opacity.setValue(round(100 * min(max(stored.opacity, 0.0), 1.0)))
        self.smooth = QCheckBox("Smooth", objectName="smooth", checked=stored.smooth)
        self.smooth.setToolTip("Interpolate between the regions' centres; off shows the regions as they are")
        self.parts = QCheckBox("Parts", self, objectName="parts", checked=True)
        self.parts.setHidden(not has_parts)
        self.parts.setToolTip("Rings where the attribute's part truly is, in images where that is known")
        self.policy.setMinimumWidth(self.policy.sizeHint().width())
        self._range_label, self._opacity_label = QLabel("Range"), QLabel("Opacity")
        self.colours.setToolTip("Colours of the map: each is even to the eye")

        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self._range_label)
        layout.addWidget(self.policy)
        layout.addWidget(self.colours)
        layout.addSpacing(SPACING // 2)
        layout.addWidget(self._opacity_label)
        layout.addWidget(self.opacity, 1)
        layout.addSpacing(SPACING // 2)
        layout.addWidget(self.smooth)
        if has_parts:
            layout.addWidget(self.parts)
        layout.addStretch(0)

        self._visible = True
        self._follows = False
        self._tell_policy()
        settings.changed.connect(self._follow)
        self.policy.currentIndexChanged.connect(self._change)
        self.colours.currentIndexChanged.connect(self._change)
        self.opacity.valueChanged.connect(self._change)
        self.smooth.toggled.connect(self._change)
        self.parts.toggled.connect(self._change)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= _ROOMY
        self._range_label.setVisible(roomy)
        self._opacity_label.setVisible(roomy)

    @property
    def display(self) -> Display:
        """What is chosen now."""
        return Display(
            policy=RangePolicy(self.policy.currentData()),
            colours=COLOUR_MAPS[self.colours.currentIndex()],
            opacity=self.opacity.value() / 100,
            smooth=self.smooth.isChecked(),
            parts=self.parts.isChecked(),
            visible=self._visible,
        )

    def set_overlay_visible(self, visible: bool) -> None:
        """Show the maps, or the bare images."""
        if visible != self._visible:
            self._visible = visible
            self.changed.emit(replace(self.display, visible=visible))

    def _follow(self) -> None:
        """What is chosen elsewhere is chosen here."""
        value, before = self._settings.value, self.display
        self._follows = True
        self.policy.setCurrentIndex(max(0, self.policy.findData(value.range_policy)))
        self.colours.setCurrentIndex(COLOUR_MAPS.index(value.colour_map) if value.colour_map in COLOUR_MAPS else 0)
        self.opacity.setValue(round(100 * value.opacity))
        self.smooth.setChecked(value.smooth)
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
        )
        self.changed.emit(display)

    def _tell_policy(self) -> None:
        self.policy.setToolTip(_POLICY_TIPS[RangePolicy(self.policy.currentData())])
        self.opacity.setToolTip(f"Opacity of the map: {self.opacity.value()}% (hold Space to see the bare image)")
