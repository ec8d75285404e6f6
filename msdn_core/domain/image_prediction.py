"""The class scores of one image, which are linear in its attribute scores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain import counterfactual, scoring

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.domain.scoring import Floats


@dataclass(frozen=True, eq=False, slots=True)
class ImagePrediction:
    """The prediction of one image from its attribute scores and a class table, without the network."""

    scores: Floats
    """(K,) fused scores of the attributes of ``table``."""
    table: ClassTable
    gamma: float = 0.0
    """Subtracted from the scores of seen classes (calibrated stacking)."""
    clip_negative: bool = False
    """Whether negative values of class vectors count as 0."""

    def with_scores(self, values: Mapping[int, float]) -> ImagePrediction:
        """Return the prediction with other scores of some attributes, by column."""
        if not values:
            return self
        scores = np.array(self.scores, dtype=np.float64)
        scores[list(values)] = list(values.values())
        return replace(self, scores=scores)

    def ranking(self) -> tuple[NDArray[np.intp], Floats]:
        """Return the rows of the table from the best class to the worst, and (M,) calibrated scores by row."""
        found = scoring.calibrated(scoring.class_scores(self.scores, self._units()), self.table.seen, self.gamma)
        return np.argsort(-found, kind="stable"), found

    def contributions(self, name: str) -> Floats | None:
        """Return the (K,) contributions of the attributes to a class score before calibration; they sum to it."""
        row = self.table.class_index.get(name)
        return None if row is None else scoring.contributions(self.scores, self._units()[row])

    def smallest_edit(self, name: str, leader: str) -> NDArray[np.float64] | None:
        """Return the (K,) shortest change of a class vector, in the table's units, that ties it with the leader."""
        index = self.table.class_index
        if name not in index or leader not in index:
            return None
        target = float(self.ranking()[1][index[leader]]) + self.gamma * bool(self.table.seen[index[name]])
        return counterfactual.smallest_edit(self.scores, self.table.vectors[index[name]], target)

    def _units(self) -> NDArray[np.float64]:
        return self.table.unit_vectors(clip_negative=self.clip_negative)
