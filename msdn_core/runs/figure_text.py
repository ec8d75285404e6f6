"""How figures are spoken of: in per cent, with their sign, and beside what they were selected on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msdn_core.domain.metrics.seeds import difference_of_means, spread
from msdn_core.number_text import percent, points
from msdn_core.runs.evaluated_run import BEST, GAMMAS, TRAINED, VALIDATED, VALIDATED_GAMMA_NOTE, EvaluatedRun

FIGURES = (("czsl", "CZSL"), ("U", "U"), ("S", "S"), ("H", "H"))


def gamma_text(run: EvaluatedRun, choice: str) -> str:
    """A choice of gamma with its value."""
    return f"{GAMMAS[choice][0].upper()}{GAMMAS[choice][1:]}: {run.gamma(choice):.2f}".replace("-", "−")


def selection_text(run: EvaluatedRun, choice: str = TRAINED) -> str:
    """What the checkpoint, and the gamma that figures are given at, were selected on."""
    gamma = ", and gamma too: an upper bound, no result" if choice == BEST else ""
    if choice == BEST and run.selected_on != "test":
        gamma = ", gamma on test: an upper bound, no result"
    if choice == VALIDATED:
        gamma = f", gamma on validation: {VALIDATED_GAMMA_NOTE}"
    optimistic = " (optimistic)" if run.selected_on == "test" and choice != BEST else ""
    return f"checkpoint selected on {run.selected_on}{optimistic}{gamma}"


def seed_summary(seeds: Sequence[dict[str, Any]]) -> str:
    """Mean and deviation of each figure, as trained, over several seeds of one configuration."""
    said = []
    for figure, word in FIGURES:
        found = spread(_values(seeds, figure))
        if found is not None and found.deviation is not None:
            said.append(f"{word} {percent(found.mean)} ± {percent(found.deviation)}")
    return f"{len(seeds)} seeds of this configuration, gamma as trained: {', '.join(said)}"


def seed_differences(seeds: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> list[str]:
    """What the second configuration gains over seeds, by Welch's t; nothing below two seeds each."""
    said = []
    for figure, word in FIGURES:
        found = difference_of_means(_values(seeds, figure), _values(others, figure))
        if found is not None:
            what = "within noise" if found.contains_zero else "more than noise"
            said.append(f"{word} {points(found.low)} to {points(found.high)} ({what})")
    return [f"Over seeds the second configuration gains, with 95 per cent certainty: {', '.join(said)}"] if said else []


def _values(seeds: Sequence[dict[str, Any]], figure: str) -> list[float]:
    return [float(one[figure]) for one in seeds if one.get(figure) is not None]
