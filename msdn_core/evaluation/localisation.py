"""Part localisation (PCP) on a project's test images: from attention peaks to the share of parts found.

Protocol of APN (reference, section 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.metrics import PCP_SCALES, PCP_SIDE, correct_parts, mean_known
from msdn_core.domain.metrics.body_parts import BodyPart, body_parts
from msdn_core.evaluation.tables import Row, pointing_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from msdn_core.evaluation.scored_split import ScoredSplit


@dataclass(frozen=True, slots=True)
class PartPlan:
    """The parts that PCP is measured on, and the attribute groups that are searched for there."""

    protocol: str
    parts: tuple[BodyPart, ...]
    groups: tuple[tuple[int, ...], ...]
    """Attribute columns of each group."""
    groups_of: tuple[tuple[int, ...], ...]
    """Per part, the indices into ``groups``."""


def plan_parts(tested: ScoredSplit) -> PartPlan:
    """Return the plan for a project's parts; without parts if none are annotated."""
    protocol, parts = body_parts(tested.locations.part_names, tested.group_parts)
    columns = tested.table.groups
    groups: list[tuple[int, ...]] = []
    groups_of = []
    for part in parts:
        of_part = [columns[group] for group in part.groups if group in columns]
        groups_of.append(tuple(range(len(groups), len(groups) + len(of_part))))
        groups += of_part
    return PartPlan(protocol, parts, tuple(groups), tuple(groups_of))


@dataclass(frozen=True, eq=False, slots=True)
class PartHits:
    """PCP image by image: N images, P parts."""

    visible: NDArray[np.bool_]
    """(N, P) whether a point of the part is visible, in an image with a known box."""
    hits: Mapping[str, NDArray[np.float64]]
    """(N, P) the share of the part's groups that hit, by ``<size>_<side>``; NaN if unknown."""


def part_hits(tested: ScoredSplit, plan: PartPlan, peaks: Mapping[str, NDArray[np.int64] | None]) -> PartHits:
    """Return which parts were found in which image, at both box sizes, by each sub-net.

    ``peaks`` holds (N, G, 2) peaks by sub-net, or None for a sub-net that the network does not have.
    """
    boxes = np.minimum(np.floor(tested.locations.boxes * PCP_SIDE), PCP_SIDE - 1)
    known = np.asarray(~np.isnan(boxes).any(axis=1))
    known_boxes = boxes[known].astype(np.int64)
    points = np.floor(tested.locations.points[known] * PCP_SIDE)
    names = tested.locations.part_names
    shape = (len(known), len(plan.parts))
    visible = np.zeros(shape, np.bool_)
    hits = {f"{size}_{side}": np.full(shape, np.nan) for size in PCP_SCALES for side in peaks}
    for column, (part, groups) in enumerate(zip(plan.parts, plan.groups_of, strict=True)):
        targets = points[:, [names.index(point) for point in part.points]]
        visible[known, column] = (~np.isnan(targets[..., 0])).any(axis=1)
        for size, scale in PCP_SCALES.items():
            for side, side_peaks in peaks.items():
                if side_peaks is not None and groups:
                    correct = correct_parts(side_peaks[known][:, list(groups)], targets, known_boxes, scale)
                    hits[f"{size}_{side}"][known, column] = correct.mean(axis=1)
    return PartHits(visible, hits)


def part_rows(tested: ScoredSplit, plan: PartPlan, found: PartHits) -> list[Row]:
    """Return one row per part: PCP at both box sizes and the pointing game, of each sub-net.

    Images without a known box, and images that do not show the part, are left out.
    """
    rows: list[Row] = []
    for column, (part, groups) in enumerate(zip(plan.parts, plan.groups_of, strict=True)):
        row: Row = {"part": part.name, "in_mean": "yes" if part.counted else "no"}
        row["images"] = int(found.visible[:, column].sum())
        row |= {f"pcp_{name}": mean_known(hits[:, column]) for name, hits in found.hits.items()}
        columns = [column for group in groups for column in plan.groups[group]]
        rows.append({**row, **pointing_columns(tested.pointing, columns)})
    return rows


def pcp_figures(plan: PartPlan, rows: list[Row]) -> dict[str, Any] | None:
    """Return PCP as the mean over the parts that count; None if nothing could be measured."""
    counted = [row for row in rows if row["in_mean"] == "yes" and row["images"]]
    if not counted:
        return None
    figures: dict[str, Any] = {"protocol": plan.protocol, "parts": len(counted)}
    for size, scale in PCP_SCALES.items():
        means = {
            side: mean_known(np.array([row[f"pcp_{size}_{side}"] for row in counted], float)) for side in ("av", "va")
        }
        figures[size] = {"box_divided_by": scale, **means}
    return figures
