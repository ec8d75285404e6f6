"""How figures are spoken of: in per cent, with their sign, and beside what they were selected on."""

from __future__ import annotations

from typing import Any

from msdn_gui.evaluate.tested_run import BEST, GAMMAS, TRAINED, TestedRun

FIGURES = (("czsl", "CZSL"), ("U", "U"), ("S", "S"), ("H", "H"))


def percent(value: Any) -> str:
    """``0.754`` as ``75.4``; a dash where there is no figure."""
    return f"{100 * value:.1f}" if isinstance(value, (int, float)) and value == value else "–"


def points(value: float) -> str:
    """A difference in per cent points, with its sign."""
    return f"{100 * value:+.1f}".replace("-", "−")


def gamma_words(run: TestedRun, choice: str) -> str:
    """A choice of gamma with its value."""
    return f"{GAMMAS[choice][0].upper()}{GAMMAS[choice][1:]}: {run.gamma(choice):.2f}".replace("-", "−")


def selected_words(run: TestedRun, choice: str = TRAINED) -> str:
    """What the checkpoint, and the gamma that figures are given at, were selected on."""
    gamma = ", and gamma too: an upper bound, no result" if choice == BEST else ""
    if choice == BEST and run.selected_on != "test":
        gamma = ", gamma on test: an upper bound, no result"
    optimistic = " (optimistic)" if run.selected_on == "test" and choice != BEST else ""
    return f"checkpoint selected on {run.selected_on}{optimistic}{gamma}"
