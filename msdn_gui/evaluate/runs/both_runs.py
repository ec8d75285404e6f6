"""The errors of two runs on the same test images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.runs.evaluated_run import EvaluatedRun
    from msdn_gui.evaluate.runs.run_selection import RunSelection


def positions_in_other(run: EvaluatedRun, other: EvaluatedRun) -> NDArray[np.intp]:
    """Return the (N,) positions of a run's test images among another run's; −1 if the other was not tested on one."""
    mine, theirs = run.evaluation.predictions.image_ids, other.evaluation.predictions.image_ids
    positions = np.full(len(mine), -1, np.intp)
    _, here, there = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
    positions[here] = there
    return positions


def errors_of(run: EvaluatedRun, gamma: float) -> NDArray[np.bool_]:
    """Return which of the (N,) test images are predicted as another class."""
    return np.asarray(run.predictions(gamma) != run.labels)


def errors_of_other(selection: RunSelection) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which of the first run's (N,) test images the other run gets wrong, and which it was tested on."""
    run, other = selection.run, selection.other
    if other is None:
        nothing = np.zeros(len(run.labels), np.bool_)
        return nothing, nothing
    positions = positions_in_other(run, other)
    is_tested = positions >= 0
    return is_tested & errors_of(other, selection.other_gamma)[positions], is_tested
