"""Whether two runs differ by more than noise, by bootstrap over the test images of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.metrics.bootstrap import (
    DRAWS,
    Interval,
    auc_draws,
    class_draws,
    drawn_weights,
    figure_draws,
    interval,
    intervals,
    mean_draws,
)
from msdn_core.number_text import points
from msdn_core.runs.evaluated_run import GAMMAS, EvaluatedRun
from msdn_core.runs.figure_text import FIGURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOISE_NOTE = (
    f"Differences: ≈ is within noise, by {DRAWS:,} resamplings of the test images (95 percent). "
    "Different seeds may differ by more."
)

AUC_DRAWS = 200
"""Resamplings for attribute AUCs, which take longer: some seconds for 312 attributes of 4,731 images."""


@dataclass(frozen=True)
class Noise:
    """The gain of a second run over a first, as intervals."""

    figures: dict[tuple[str, str], Interval]
    """By choice of gamma and figure; absent if not measured."""
    classes: NDArray[np.bool_]
    """(M,) whether the difference of a class is within noise; True for a class without test images."""

    def sign(self, choice: str, figure: str) -> str:
        """Return ``≈`` if a difference is within noise, otherwise nothing."""
        found = self.figures.get((choice, figure))
        return "≈ " if found is not None and found.contains_zero else ""

    def tooltip(self, choice: str, figure: str) -> str:
        """Return the interval of a difference, for a tooltip."""
        found = self.figures.get((choice, figure))
        if found is None:
            return ""
        verdict = "within noise" if found.contains_zero else "more than noise"
        return f"{points(found.low)} to {points(found.high)} in 95 percent of the resamplings: {verdict}"


def noise_between(run: EvaluatedRun, other: EvaluatedRun, choice: str) -> Noise | None:
    """Return the noise of the differences between two runs; None if their test images differ.

    ``choice`` is the gamma at which classes are compared; figures are compared at each of ``GAMMAS``.
    """
    if not _same_test(run, other):
        return None
    weights = drawn_weights(run.labels)
    figures = {}
    for gamma_choice in GAMMAS:
        if run.row(gamma_choice) is None or other.row(gamma_choice) is None:
            continue
        mine, theirs = (
            figure_draws(weights, tested.labels, tested.table.seen, tested.best, tested.gamma(gamma_choice))
            for tested in (run, other)
        )
        for figure, _ in FIGURES:
            found = interval(theirs[figure] - mine[figure])
            if found is not None:
                figures[gamma_choice, figure] = found
    count = len(run.table.classes)
    first, second = (
        class_draws(weights, tested.labels, tested.predictions(tested.gamma(choice)) == tested.labels, count)
        for tested in (run, other)
    )
    return Noise(figures, _within(second - first))


@dataclass(frozen=True)
class MeasureNoise:
    """The measures in which the difference between two runs is within noise."""

    attributes: NDArray[np.bool_]
    """(K,) for the AUC of the fused attribute score."""
    parts: NDArray[np.bool_]
    """(P,) for PCP by attribute→visual, with the usual box."""
    classes: NDArray[np.bool_]
    """(M,) for the overlap of both sub-nets' maps."""


def measure_noise(run: EvaluatedRun, other: EvaluatedRun) -> MeasureNoise | None:
    """Return the noise of attributes, parts and agreement; None if the test images or the truth differ."""
    mine, theirs = run.evaluation.measures, other.evaluation.measures
    parts = part_noise(run, other)
    if parts is None or not np.array_equal(mine.truth, theirs.truth):
        return None
    weights = drawn_weights(run.labels)
    few = weights[:AUC_DRAWS]
    auc = np.stack(
        [
            auc_draws(few, other.fused[:, column], mine.truth[:, column])
            - auc_draws(few, run.fused[:, column], mine.truth[:, column])
            for column in range(mine.truth.shape[1])
        ],
        axis=1,
    )
    shared = class_draws(weights, run.labels, theirs.overlap - mine.overlap, len(run.table.classes))
    return MeasureNoise(_within(auc), parts, _within(shared))


def part_noise(run: EvaluatedRun, other: EvaluatedRun) -> NDArray[np.bool_] | None:
    """Return (P,) whether the difference in PCP (A→V, usual box) is within noise; None if the test images differ."""
    mine, theirs = run.evaluation.measures, other.evaluation.measures
    if not _same_test(run, other) or not np.array_equal(mine.parts, theirs.parts):
        return None
    return _within(mean_draws(drawn_weights(run.labels), theirs.pcp_usual_av - mine.pcp_usual_av))


def _same_test(run: EvaluatedRun, other: EvaluatedRun) -> bool:
    mine, theirs = run.evaluation.predictions, other.evaluation.predictions
    return np.array_equal(run.labels, other.labels) and all(
        np.array_equal(getattr(mine, name), getattr(theirs, name))
        for name in ("image_ids", "classes", "seen", "attributes")
    )


def _within(differences: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return (M,) whether the interval of (B, M) draws contains zero; True without known values."""
    low, high = intervals(differences)
    return np.asarray(~((low > 0) | (high < 0)))
