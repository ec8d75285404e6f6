"""In which test images the maps find a part, and which attribute's map says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.metrics.body_parts import body_parts
from msdn_core.runs.evaluated_run import EvaluatedRun

MEASURES = {
    "pcp_usual_av": "A→V, usual box",
    "pcp_usual_va": "V→A, usual box",
    "pcp_strict_av": "A→V, strict box",
    "pcp_strict_va": "V→A, strict box",
}
"""The fields of ``ImageMeasures`` that say it, by box and sub-net."""


@dataclass(frozen=True, eq=False)
class PartHits:
    """n test images in which it is known whether a part is found, the misses first."""

    places: NDArray[np.intp]
    """(n,) among the run's test images."""
    found: NDArray[np.float32]
    """(n,) the share of the part's attribute groups whose map peaks at it: 1 is a hit, 0 a miss."""
    attributes: NDArray[np.intp]
    """(n,) the column of an attribute to look at: of a group that belongs there, the one that scores highest."""

    def only(self, *, hits: bool) -> PartHits:
        """The images in which it is found, or those in which it is not; by more than half of the groups."""
        kept = (self.found > 0.5) == hits
        return PartHits(self.places[kept], self.found[kept], self.attributes[kept])


def part_hits(
    run: EvaluatedRun, part: str, measure: str, part_names: Sequence[str], group_parts: Mapping[str, Sequence[str]]
) -> PartHits:
    """Where a part is found, by one of ``MEASURES``; ``part_names`` and ``group_parts`` are the project's."""
    kept, parts = run.evaluation.measures, run.evaluation.measures.parts.tolist()
    found = getattr(kept, measure)[:, parts.index(part)] if part in parts else np.zeros(0, np.float32)
    places = np.flatnonzero(~np.isnan(found))
    places = places[np.argsort(found[places], kind="stable")]
    groups = next((one.groups for one in body_parts(part_names, group_parts)[1] if one.name == part), ())
    columns = [column for column, one in enumerate(run.table.attributes) if one.group in groups]
    scores = getattr(run.evaluation.predictions, f"scores_{measure[-2:]}")[places]
    highest = np.full(len(places), -1)
    if columns:
        highest = np.asarray(columns)[scores[:, columns].argmax(axis=1)]
    return PartHits(places, found[places], highest)
