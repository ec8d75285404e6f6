"""Texts about figures: gammas, what a checkpoint was selected on, results over seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msdn_core.domain.metrics.seeds import difference_of_means, spread
from msdn_core.number_text import percent, points
from msdn_core.runs.evaluated_run import BEST, GAMMAS, TRAINED, VALIDATED, VALIDATED_GAMMA_NOTE, EvaluatedRun
from msdn_core.runs.trained_on import taught_text

if TYPE_CHECKING:
    from collections.abc import Sequence

FIGURES = (("czsl", "CZSL"), ("U", "U"), ("S", "S"), ("H", "H"))


def gamma_text(run: EvaluatedRun, choice: str) -> str:
    """Return the name of a choice of gamma with its value."""
    return f"{GAMMAS[choice][0].upper()}{GAMMAS[choice][1:]}: {run.gamma(choice):.2f}".replace("-", "−")


def selection_text(run: EvaluatedRun, choice: str = TRAINED) -> str:
    """Return what the checkpoint, and the gamma of the figures, were selected on, and whether attention was taught."""
    gamma = ", and gamma too: an upper bound, not a result" if choice == BEST else ""
    if choice == BEST and run.selected_on != "test":
        gamma = ", gamma on test: an upper bound, not a result"
    if choice == VALIDATED:
        gamma = f", gamma on validation: {VALIDATED_GAMMA_NOTE}"
    optimistic = " (optimistic)" if run.selected_on == "test" and choice != BEST else ""
    taught = taught_text(run.figures)
    return f"checkpoint selected on {run.selected_on}{optimistic}{gamma}" + (f"; {taught}" if taught else "")


def seed_summary(seeds: Sequence[dict[str, Any]]) -> str:
    """Return mean and deviation of each figure over several seeds of one configuration, at the gamma as trained."""
    parts = []
    for figure, word in FIGURES:
        found = spread(_values(seeds, figure))
        if found is not None and found.deviation is not None:
            parts.append(f"{word} {percent(found.mean)} ± {percent(found.deviation)}")
    return f"{len(seeds)} seeds of this configuration, gamma as trained: {', '.join(parts)}"


def seed_differences(seeds: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> list[str]:
    """Return what the second configuration gains, by Welch's t; empty below two seeds each."""
    parts = []
    for figure, word in FIGURES:
        found = difference_of_means(_values(seeds, figure), _values(others, figure))
        if found is not None:
            verdict = "within noise" if found.contains_zero else "more than noise"
            parts.append(f"{word} {points(found.low)} to {points(found.high)} ({verdict})")
    return [f"Gain of the second configuration, 95 percent interval over seeds: {', '.join(parts)}"] if parts else []


def _values(seeds: Sequence[dict[str, Any]], figure: str) -> list[float]:
    return [float(one[figure]) for one in seeds if one.get(figure) is not None]
