"""Refit: a run's settings trained anew on all seen classes, for the steps that its validation chose. No torch here.

A checkpoint that was chosen on validation has never seen the classes and images held out for it, which the test then
counts as seen. What validation chose (the step, and a gamma) is kept, and nothing is held out any more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msdn_core.errors import RunError
from msdn_core.recipes.config import TrainConfig
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.header import read_header

_LONGEST_NAME = 80


def create_refit(run: RunDirectory, name: str | None = None) -> RunDirectory:
    """A new run, starting, that refits a finished one; named after it where no ``name`` is given.

    Its ``data.json`` says under ``refit`` whose refit it is, and what was chosen there: ``of``, ``steps``,
    ``selected_on``, and ``calibration``, the gamma that validation chose, where it could choose one.

    Raises:
        RunError: if the run is at work, or chose nothing on validation, or the name is taken.
        CheckpointError: if its best checkpoint cannot be read.
        ConfigError: if its settings cannot be read.
    """
    if run.status().state.alive:
        raise RunError(f"Run “{run.name}” is at work still, so its steps are not chosen yet; refit it once it ends.")
    best = run.checkpoint("best")
    header = read_header(best) if best is not None else None
    if header is None or header.selected_on != "validation":
        raise RunError(
            f"Run “{run.name}” chose no checkpoint on validation, so it says no number of steps to refit it for; "
            "train one with selection=validation first."
        )
    config = replace(
        TrainConfig.from_json(run.config()), selection="last", steps=header.step, evaluate_every=header.step
    )
    chosen: dict[str, Any] = {"of": run.name, "steps": header.step, "selected_on": header.selected_on}
    if calibration := header.figures.get("calibration"):
        chosen["calibration"] = calibration
    return RunDirectory.create(run.project_path, name or _free_name(run), config.to_json(), {"refit": chosen})


def _free_name(run: RunDirectory) -> str:
    """``NAME-refit``, with a number where that is taken."""
    stem = run.name[: _LONGEST_NAME - len("-refit-999")] + "-refit"
    names = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
    return next((name for name in names if not (run.path.parent / name).exists()), stem)
