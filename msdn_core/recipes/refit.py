"""Refits: a run's settings trained again on all seen classes, for the number of steps that validation selected.

A checkpoint selected on validation has never seen the classes and images that were held out, although the test counts
those classes as seen. A refit keeps what validation selected, the step and a gamma, and holds nothing out.
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
    """Create a run, starting, that refits a finished one, named after it unless ``name`` is given.

    Its ``data.json`` records under ``refit`` what was chosen: ``of``, ``steps``, ``selected_on``, and ``calibration``,
    the gamma selected on validation, if there is one.

    Raises
    ------
    RunError
        If the run is not finished, chose nothing on validation, or the name is taken.
    CheckpointError
        If its best checkpoint cannot be read.
    ConfigError
        If its settings cannot be read.
    """
    if run.status().state.alive:
        raise RunError(f"Run “{run.name}” is still running; refit it when it has finished.")
    best = run.checkpoint("best")
    header = read_header(best) if best is not None else None
    if header is None or header.selected_on != "validation":
        raise RunError(
            f"Run “{run.name}” did not select its checkpoint on validation, so a refit has no number of "
            "steps; train one with selection=validation first."
        )
    config = replace(
        TrainConfig.from_json(run.config()), selection="last", steps=header.step, evaluate_every=header.step
    )
    chosen: dict[str, Any] = {"of": run.name, "steps": header.step, "selected_on": header.selected_on}
    if calibration := header.figures.get("calibration"):
        chosen["calibration"] = calibration
    return RunDirectory.create(run.project_path, name or _free_name(run), config.to_json(), {"refit": chosen})


def _free_name(run: RunDirectory) -> str:
    """Return ``NAME-refit``, with a number if that is taken."""
    stem = run.name[: _LONGEST_NAME - len("-refit-999")] + "-refit"
    names = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
    return next((name for name in names if not (run.path.parent / name).exists()), stem)
