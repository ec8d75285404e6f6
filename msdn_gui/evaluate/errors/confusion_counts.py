"""The counts of a confusion matrix, of one run or of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.display_names import class_text
from msdn_core.domain.metrics import confusion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.runs.evaluated_run import EvaluatedRun
    from msdn_gui.evaluate.runs.run_selection import RunSelection

BY_SIMILARITY, BY_NAME, SEEN_FIRST = range(3)
ORDERS = ("Similar classes together", "By name", "Seen, then unseen")


@dataclass(frozen=True, eq=False)
class ConfusionCounts:
    """R rows and C columns of the M classes; the counts are (M, M)."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    """(R,) and (C,) rows of the class table, in the order that is shown."""
    counts: NDArray[np.int64]
    """(M, M) test images of the first run, by class and prediction."""
    other: NDArray[np.int64] | None = None
    """(M, M) the same of the second run, if both are compared."""

    def shares(self, *, errors_only: bool) -> NDArray[np.float64]:
        """Return the (R, C) shares of each row's images; of two runs the gain of the second, from −1 to 1."""
        shares = _shares(self.counts, self.rows, self.columns)
        if self.other is not None:
            shares = _shares(self.other, self.rows, self.columns) - shares
        if errors_only:
            shares[self.rows[:, None] == self.columns[None, :]] = 0.0
        return shares


def count_confusions(selection: RunSelection, order: int, *, compare: bool) -> ConfusionCounts:
    """Return the counts of a run, or with ``compare`` of both, in one of ``ORDERS``."""
    run, other = selection.run, selection.other
    class_count = len(run.table.classes)
    counts, theirs = confusion(run.labels, run.predictions(selection.gamma), class_count), None
    if compare and other is not None and have_same_classes(run, other):
        theirs = confusion(other.labels, other.predictions(selection.other_gamma), class_count)
    classes, has_images = _ordered(run, order), run.images_of_class > 0
    is_predicted = (counts if theirs is None else counts + theirs).any(axis=0)
    # A class without test images that is never predicted would be an empty column.
    columns = classes[(has_images | is_predicted)[classes]]
    return ConfusionCounts(classes[has_images[classes]], columns, counts, theirs)


def have_same_classes(run: EvaluatedRun, other: EvaluatedRun) -> bool:
    """Return whether both matrices have the same rows and columns."""
    return run.table.classes == other.table.classes


def _shares(counts: NDArray[np.int64], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float64]:
    chosen = counts[np.ix_(rows, columns)].astype(np.float64)
    total = chosen.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(chosen, total, out=np.zeros_like(chosen), where=total > 0))


def _ordered(run: EvaluatedRun, order: int) -> NDArray[np.intp]:
    table = run.table
    if order == BY_SIMILARITY:
        return run.similarity_order
    by_name = np.argsort(np.array([class_text(name).lower() for name in table.classes]), kind="stable")
    return by_name if order == BY_NAME else by_name[np.argsort(~table.seen[by_name], kind="stable")]
