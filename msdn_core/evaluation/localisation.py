"""PCP of a project's parts: from what was looked at to a share of correct parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.metrics import PCP_SCALES, PCP_SIDE, correct_parts, mean_known
from msdn_core.domain.metrics.body_parts import BodyPart, body_parts
from msdn_core.evaluation.evaluate import ScoredSplit
from msdn_core.evaluation.tables import Row, pointing_columns


@dataclass(frozen=True, slots=True)
class PartPlan:
    """Which parts PCP goes over, and the attribute columns of every group that it looks for there."""

    protocol: str
    parts: tuple[BodyPart, ...]
    groups: tuple[tuple[int, ...], ...]
    groups_of: tuple[tuple[int, ...], ...]
    """For each part its places in ``groups``."""


def plan_parts(tested: ScoredSplit) -> PartPlan:
    """The parts of this project; none where no parts are marked."""
    protocol, parts = body_parts(tested.locations.part_names, tested.group_parts)
    columns = tested.table.groups
    groups: list[tuple[int, ...]] = []
    groups_of = []
    for part in parts:
        mine = [columns[group] for group in part.groups if group in columns]
        groups_of.append(tuple(range(len(groups), len(groups) + len(mine))))
        groups += mine
    return PartPlan(protocol, parts, tuple(groups), tuple(groups_of))


@dataclass(frozen=True, eq=False, slots=True)
class PartHits:
    """PCP image by image: N images, P parts."""

    in_sight: NDArray[np.bool_]
    """(N, P) whether a point of the part is seen, in an image with a known box."""
    hits: Mapping[str, NDArray[np.float64]]
    """(N, P) the share of the part's groups that hit, by ``<size>_<side>``; NaN where that is not known."""


def part_hits(tested: ScoredSplit, plan: PartPlan, peaks: Mapping[str, NDArray[np.int64] | None]) -> PartHits:
    """Which parts were found in which image, at both box sizes, by each sub-net.

    ``peaks`` are (N, G, 2) by sub-net, None of one that is not there.
    """
    boxes = np.minimum(np.floor(tested.locations.boxes * PCP_SIDE), PCP_SIDE - 1)
    known = np.asarray(~np.isnan(boxes).any(axis=1))
    whole = boxes[known].astype(np.int64)
    points = np.floor(tested.locations.points[known] * PCP_SIDE)
    names = tested.locations.part_names
    shape = (len(known), len(plan.parts))
    in_sight = np.zeros(shape, np.bool_)
    found = {f"{size}_{side}": np.full(shape, np.nan) for size in PCP_SCALES for side in peaks}
    for column, (part, groups) in enumerate(zip(plan.parts, plan.groups_of, strict=True)):
        at = points[:, [names.index(point) for point in part.points]]
        in_sight[known, column] = (~np.isnan(at[..., 0])).any(axis=1)
        for size, scale in PCP_SCALES.items():
            for side, where in peaks.items():
                if where is not None and groups:
                    hits = correct_parts(where[known][:, list(groups)], at, whole, scale)
                    found[f"{size}_{side}"][known, column] = hits.mean(axis=1)
    return PartHits(in_sight, found)


def part_rows(tested: ScoredSplit, plan: PartPlan, found: PartHits) -> list[Row]:
    """A row a part: PCP at both box sizes and the pointing game, of each sub-net.

    Images without a known box, or in which the part is out of sight, are left out.
    """
    rows: list[Row] = []
    for column, (part, groups) in enumerate(zip(plan.parts, plan.groups_of, strict=True)):
        row: Row = {"part": part.name, "in_mean": "yes" if part.counted else "no"}
        row["images"] = int(found.in_sight[:, column].sum())
        row |= {f"pcp_{name}": mean_known(hits[:, column]) for name, hits in found.hits.items()}
        columns = [column for group in groups for column in plan.groups[group]]
        rows.append({**row, **pointing_columns(tested.pointing, columns)})
    return rows


def pcp_figures(plan: PartPlan, rows: list[Row]) -> dict[str, Any] | None:
    """PCP as the mean over the parts that count; None where nothing could be measured."""
    counted = [row for row in rows if row["in_mean"] == "yes" and row["images"]]
    if not counted:
        return None
    found: dict[str, Any] = {"protocol": plan.protocol, "parts": len(counted)}
    for size, scale in PCP_SCALES.items():
        means = {
            side: mean_known(np.array([row[f"pcp_{size}_{side}"] for row in counted], float)) for side in ("av", "va")
        }
        found[size] = {"box_divided_by": scale, **means}
    return found
