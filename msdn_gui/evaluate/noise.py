"""Whether two runs differ by more than noise: the test images that both were measured on, drawn anew many times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.metrics.bootstrap import DRAWS, Interval, class_draws, drawn_weights, figure_draws, interval
from msdn_core.domain.metrics.bootstrap import intervals as class_intervals
from msdn_gui.evaluate.tested_run import GAMMAS, TestedRun
from msdn_gui.evaluate.words import FIGURES, points

SENTENCE = (
    f"Differences: ≈ is within noise, by {DRAWS:,} draws of the same test images (95 per cent). "
    "Another seed may differ by more."
)


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
        return "≈ " if found is not None and found.holds_zero else ""

    def words(self, choice: str, figure: str) -> str:
        """Where a difference lies, for a tooltip."""
        found = self.figures.get((choice, figure))
        if found is None:
            return ""
        said = "within noise" if found.holds_zero else "more than noise"
        return f"{points(found.low)} to {points(found.high)} in 95 per cent of the draws: {said}"


def noise_between(run: TestedRun, other: TestedRun, choice: str) -> Noise | None:
    """The draws of both runs share their images; None where they were not measured on the same ones.

    ``choice`` is the gamma at which classes are compared; the figures are compared at each of ``GAMMAS``.
    """
    mine, theirs = run.kept.predictions, other.kept.predictions
    if (
        not np.array_equal(mine.image_ids, theirs.image_ids)
        or not np.array_equal(mine.classes, theirs.classes)
        or not np.array_equal(run.labels, other.labels)
        or not np.array_equal(mine.seen, theirs.seen)
    ):
        return None
    weights = drawn_weights(run.labels)
    figures = {}
    for one in GAMMAS:
        if run.row(one) is None or other.row(one) is None:
            continue
        first, second = (
            figure_draws(weights, tested.labels, tested.table.seen, tested.best, tested.gamma(one))
            for tested in (run, other)
        )
        for figure, _ in FIGURES:
            found = interval(second[figure] - first[figure])
            if found is not None:
                figures[one, figure] = found
    count = len(run.table.classes)
    first, second = (
        class_draws(weights, tested.labels, tested.predictions(tested.gamma(choice)) == tested.labels, count)
        for tested in (run, other)
    )
    low, high = class_intervals(second - first)
    return Noise(figures, ~((low > 0) | (high < 0)))
