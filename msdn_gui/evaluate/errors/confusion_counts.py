"""What a confusion matrix shows: of one run, or by how much two differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.metrics import confusion
from msdn_core.runs.evaluated_run import EvaluatedRun
from msdn_gui.evaluate.runs.page import Shown

LIKE, BY_NAME, SEEN_FIRST = range(3)
ORDERS = ("Like classes together", "By name", "Seen, then unseen")


@dataclass(frozen=True, eq=False)
class ConfusionCounts:
    """R rows and C columns are classes of M; whole counts are (M, M)."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    """(R,) and (C,) class rows of the table, in the order that is shown."""
    counts: NDArray[np.int64]
    """(M, M) images of the first run's test, by class and what they were taken for."""
    other: NDArray[np.int64] | None = None
    """(M, M) the same of the second run, where both are compared."""

    def shown(self, *, errors_only: bool) -> NDArray[np.float64]:
        """(R, C) the share of each row's images; of two runs, what the second has more, from −1 to 1."""
        found = _shares(self.counts, self.rows, self.columns)
        if self.other is not None:
            found = _shares(self.other, self.rows, self.columns) - found
        if errors_only:
            found[self.rows[:, None] == self.columns[None, :]] = 0.0
        return found


def counts_of(shown: Shown, order: int, *, between: bool) -> ConfusionCounts:
    """The counts of a run, or with ``between`` of both, in one of ``ORDERS``."""
    run, other = shown.run, shown.other
    count = len(run.table.classes)
    counts, theirs = confusion(run.labels, run.predictions(shown.gamma), count), None
    if between and other is not None and comparable(run, other):
        theirs = confusion(other.labels, other.predictions(shown.other_gamma), count)
    classes, has_images = _ordered(run, order), run.images_of_class > 0
    taken_for = (counts if theirs is None else counts + theirs).any(axis=0)
    # A class without test images that nothing was taken for would be an empty column.
    columns = classes[(has_images | taken_for)[classes]]
    return ConfusionCounts(classes[has_images[classes]], columns, counts, theirs)


def comparable(run: EvaluatedRun, other: EvaluatedRun) -> bool:
    """Whether both matrices have the same rows and columns."""
    return run.table.classes == other.table.classes


def _shares(counts: NDArray[np.int64], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float64]:
    found = counts[np.ix_(rows, columns)].astype(np.float64)
    total = found.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(found, total, out=np.zeros_like(found), where=total > 0))


def _ordered(run: EvaluatedRun, order: int) -> NDArray[np.intp]:
    table = run.table
    if order == LIKE:
        return run.similarity_order
    names = np.argsort(np.array([name.lower() for name in table.classes]), kind="stable")
    return names if order == BY_NAME else names[np.argsort(~table.seen[names], kind="stable")]
