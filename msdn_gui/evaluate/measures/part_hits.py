"""The test images in which the maps hit or miss a part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.metrics.body_parts import body_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from msdn_core.runs.evaluated_run import EvaluatedRun

MEASURES = {
    "pcp_usual_av": "A→V, usual box",
    "pcp_usual_va": "V→A, usual box",
    "pcp_strict_av": "A→V, strict box",
    "pcp_strict_va": "V→A, strict box",
}
"""Fields of ``ImageMeasures`` with the hits, by sub-net and box."""


@dataclass(frozen=True, eq=False)
class PartHits:
    """The n test images in which a part may be hit, misses first."""

    positions: NDArray[np.intp]
    """(n,) positions among the run's test images."""
    shares: NDArray[np.float32]
    """(n,) the share of the part's attribute groups whose map peaks at it: 1 is a hit, 0 a miss."""
    attributes: NDArray[np.intp]
    """(n,) the column of the attribute to show: the highest-scoring one of the part's groups; −1 without one."""

    def only(self, *, hits: bool) -> PartHits:
        """Return only the hits, by more than half of the groups, or only the misses."""
        kept = (self.shares > 0.5) == hits
        return PartHits(self.positions[kept], self.shares[kept], self.attributes[kept])


def part_hits(
    run: EvaluatedRun, part: str, measure: str, part_names: Sequence[str], group_parts: Mapping[str, Sequence[str]]
) -> PartHits:
    """Return the hits and misses of a part by one of ``MEASURES``.

    ``part_names`` and ``group_parts`` are the project's.
    """
    measures = run.evaluation.measures
    parts = measures.parts.tolist()
    shares = getattr(measures, measure)[:, parts.index(part)] if part in parts else np.zeros(0, np.float32)
    positions = np.flatnonzero(~np.isnan(shares))
    positions = positions[np.argsort(shares[positions], kind="stable")]
    groups = next((one.groups for one in body_parts(part_names, group_parts)[1] if one.name == part), ())
    columns = [column for column, one in enumerate(run.table.attributes) if one.group in groups]
    scores = getattr(run.evaluation.predictions, f"scores_{measure[-2:]}")[positions]
    highest = np.full(len(positions), -1)
    if columns:
        highest = np.asarray(columns)[scores[:, columns].argmax(axis=1)]
    return PartHits(positions, shares[positions], highest)
