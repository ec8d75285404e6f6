"""The body parts over which PCP is measured, and their attribute groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A body part: the marked points of its position, and the attribute groups that describe it."""

    name: str
    points: tuple[str, ...]
    groups: tuple[str, ...]
    counted: bool = True
    """Whether it counts in the mean over parts; APN leaves out the tail."""


APN = "APN"
PROJECT_PARTS = "the project's own parts"

_CUB = (
    BodyPart(
        "head",
        ("beak", "crown", "forehead", "left eye", "nape", "right eye"),
        (
            "has_bill_shape", "has_bill_length", "has_bill_color", "has_head_pattern", "has_eye_color",
            "has_forehead_color", "has_crown_color", "has_nape_color",
        ),
    ),
    BodyPart("breast", ("breast", "throat"), ("has_breast_pattern", "has_breast_color", "has_throat_color")),
    BodyPart("belly", ("belly",), ("has_belly_pattern", "has_belly_color", "has_underparts_color")),
    BodyPart("back", ("back",), ("has_back_pattern", "has_back_color", "has_upperparts_color")),
    BodyPart("wing", ("left wing", "right wing"), ("has_wing_color", "has_wing_shape", "has_wing_pattern")),
    BodyPart(
        "tail",
        ("tail",),
        ("has_tail_shape", "has_tail_pattern", "has_upper_tail_color", "has_under_tail_color"),
        counted=False,
    ),
    BodyPart("leg", ("left leg", "right leg"), ("has_leg_color",)),
)  # fmt: skip


def body_parts(part_names: Sequence[str], group_parts: Mapping[str, Sequence[str]]) -> tuple[str, tuple[BodyPart, ...]]:
    """Return the name of a list of body parts, and the list.

    It is APN's list of seven parts if the fifteen points of CUB are marked. Otherwise attribute groups with the same
    points form a part.

    Parameters
    ----------
    part_names
        The points marked in images.
    group_parts
        The points where the attributes of each group can be seen.
    """
    if {point for part in _CUB for point in part.points} <= set(part_names):
        return APN, _CUB
    groups: dict[tuple[str, ...], list[str]] = {}
    for group, points in group_parts.items():
        marked = tuple(point for point in points if point in part_names)
        if marked:
            groups.setdefault(marked, []).append(group)
    return PROJECT_PARTS, tuple(
        BodyPart(" and ".join(points), points, tuple(names)) for points, names in groups.items()
    )
