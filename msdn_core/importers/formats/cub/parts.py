"""The parts of a bird, as in ``parts.txt``, where the attributes of each of CUB's groups can be seen."""

from __future__ import annotations

_WINGS = ("left wing", "right wing")
_EYES = ("left eye", "right eye")
_LEGS = ("left leg", "right leg")

GROUP_PARTS: dict[str, tuple[str, ...]] = {
    "has_bill_shape": ("beak",),
    "has_wing_color": _WINGS,
    "has_upperparts_color": ("back", "nape"),
    "has_underparts_color": ("breast", "belly"),
    "has_breast_pattern": ("breast",),
    "has_back_color": ("back",),
    "has_tail_shape": ("tail",),
    "has_upper_tail_color": ("tail",),
    "has_head_pattern": ("crown", "forehead", "nape", *_EYES),
    "has_breast_color": ("breast",),
    "has_throat_color": ("throat",),
    "has_eye_color": _EYES,
    "has_bill_length": ("beak",),
    "has_forehead_color": ("forehead",),
    "has_under_tail_color": ("tail",),
    "has_nape_color": ("nape",),
    "has_belly_color": ("belly",),
    "has_wing_shape": _WINGS,
    "has_back_pattern": ("back",),
    "has_tail_pattern": ("tail",),
    "has_belly_pattern": ("belly",),
    "has_leg_color": _LEGS,
    "has_bill_color": ("beak",),
    "has_crown_color": ("crown",),
    "has_wing_pattern": _WINGS,
}
"""Groups of the whole body (size, shape, primary colour) have no part and are left out."""
