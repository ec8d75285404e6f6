"""The best seen and the best unseen class of each image: the two that gamma decides between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from msdn_core.domain.attributes import BoolArray
    from msdn_core.domain.scoring import Floats

Classes = NDArray[np.intp]


@dataclass(frozen=True, eq=False, slots=True)
class BestSeenUnseen:
    """The best classes of N images; without a class of a kind, its score is −∞ and its row −1."""

    seen: Classes
    unseen: Classes
    """(N,) class rows."""
    seen_score: Floats
    unseen_score: Floats
    """(N,) their scores, before calibration."""

    def at(self, gamma: float) -> Classes:
        """Return the (N,) rows ``calibrated(scores, seen, gamma).argmax(axis=1)``, without visiting all classes."""
        lead = self.seen_score - gamma - self.unseen_score
        # In a tie the first in the order of the table wins, as with argmax.
        return np.where((lead > 0) | ((lead == 0) & (self.seen < self.unseen)), self.seen, self.unseen)


def best_seen_unseen(scores: Floats, seen: BoolArray) -> BestSeenUnseen:
    """Return the best class of each kind from (N, M) scores without bias and the (M,) seen mask."""
    (seen_rows, seen_scores), (unseen_rows, unseen_scores) = (
        _best(scores, np.flatnonzero(kind)) for kind in (seen, ~seen)
    )
    return BestSeenUnseen(seen_rows, unseen_rows, seen_scores, unseen_scores)


def _best(scores: Floats, rows: Classes) -> tuple[Classes, Floats]:
    count = len(scores)
    if not len(rows):
        return np.full(count, -1, np.intp), np.full(count, -np.inf)
    best = rows[scores[:, rows].argmax(axis=1)]
    return best, scores[np.arange(count), best]
