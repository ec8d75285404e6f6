"""Two runs over the same test images: which of them each gets wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from msdn_core.runs.evaluated_run import EvaluatedRun
from msdn_gui.evaluate.runs.page import Shown


def places_in_other(run: EvaluatedRun, other: EvaluatedRun) -> NDArray[np.intp]:
    """(N,) where each of a run's test images stands among another run's, −1 where it was not tested there."""
    mine, theirs = run.evaluation.predictions.image_ids, other.evaluation.predictions.image_ids
    places = np.full(len(mine), -1, np.intp)
    _, here, there = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
    places[here] = there
    return places


def wrong(run: EvaluatedRun, gamma: float) -> NDArray[np.bool_]:
    """(N,) the test images that a run takes for another class."""
    return np.asarray(run.predictions(gamma) != run.labels)


def wrong_by_other(shown: Shown) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(N,) which of the first run's test images the other takes for another class, and which it was tested on."""
    run, other = shown.run, shown.other
    if other is None:
        nothing = np.zeros(len(run.labels), np.bool_)
        return nothing, nothing
    places = places_in_other(run, other)
    tested = places >= 0
    return tested & wrong(other, shown.other_gamma)[places], tested
