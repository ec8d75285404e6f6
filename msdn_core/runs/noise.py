"""Whether two runs differ by more than noise: the test images that both were measured on, drawn anew many times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

NOISE_NOTE = (
    f"Differences: ≈ is within noise, by {DRAWS:,} draws of the same test images (95 per cent). "
    "Another seed may differ by more."
)

AUC_DRAWS = 200
"""Sorting every attribute's scores takes a while: 312 of them over 4,731 images some seconds at so many draws."""


@dataclass(frozen=True)
class Noise:
    """What a second run gains on the first, drawn anew."""

    figures: dict[tuple[str, str], Interval]
    """By choice of gamma and figure; absent where it is not measured."""
    classes: NDArray[np.bool_]
    """(M,) whether a class's difference is within noise; of a class without test images it is not known: True."""

    def sign(self, choice: str, figure: str) -> str:
        """``≈`` where a difference is within noise."""
        found = self.figures.get((choice, figure))
        return "≈ " if found is not None and found.contains_zero else ""

    def tooltip(self, choice: str, figure: str) -> str:
        """Where a difference lies, for a tooltip."""
        found = self.figures.get((choice, figure))
        if found is None:
            return ""
        said = "within noise" if found.contains_zero else "more than noise"
        return f"{points(found.low)} to {points(found.high)} in 95 per cent of the draws: {said}"


def noise_between(run: EvaluatedRun, other: EvaluatedRun, choice: str) -> Noise | None:
    """The draws of both runs share their images; None where they were not measured on the same ones.

    ``choice`` is the gamma at which classes are compared; the figures are compared at each of ``GAMMAS``.
    """
    if not _same_test(run, other):
        return None
    weights = drawn_weights(run.labels)
    figures = {}
    for one in GAMMAS:
        if run.row(one) is None or other.row(one) is None:
            continue
        mine, theirs = (
            figure_draws(weights, tested.labels, tested.table.seen, tested.best, tested.gamma(one))
            for tested in (run, other)
        )
        for figure, _ in FIGURES:
            found = interval(theirs[figure] - mine[figure])
            if found is not None:
                figures[one, figure] = found
    count = len(run.table.classes)
    first, second = (
        class_draws(weights, tested.labels, tested.predictions(tested.gamma(choice)) == tested.labels, count)
        for tested in (run, other)
    )
    return Noise(figures, _within(second - first))


@dataclass(frozen=True)
class MeasureNoise:
    """Of which measures a second run's difference is within noise."""

    attributes: NDArray[np.bool_]
    """(K,) of the AUC of the fused attribute score."""
    parts: NDArray[np.bool_]
    """(P,) of PCP by attribute → visual, with the usual box."""
    classes: NDArray[np.bool_]
    """(M,) of what the maps of both sub-nets share."""


def measure_noise(run: EvaluatedRun, other: EvaluatedRun) -> MeasureNoise | None:
    """As ``noise_between``, of attributes, parts and agreement; an attribute's AUC by ``AUC_DRAWS`` draws."""
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
    """(P,) of which parts the difference in PCP (A→V, usual box) is within noise; None of different tests."""
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
    """(M,) which of (B, M) draws lie about zero; also where nothing is known."""
    low, high = intervals(differences)
    return np.asarray(~((low > 0) | (high < 0)))
