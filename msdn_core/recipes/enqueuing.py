"""Adding the runs of a grid or an ablation to a project's queue, all or none."""

from __future__ import annotations

import shutil
from itertools import chain
from typing import TYPE_CHECKING

from msdn_core.errors import MsdnError, RunError
from msdn_core.recipes.grid import GridRun, run_names
from msdn_core.runs.directory import RunDirectory, check_name
from msdn_core.runs.queue import cancel_waiting, enqueue, queue_lock
from msdn_core.runs.status import RunState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from msdn_core.recipes.ablation import Ablation
    from msdn_core.recipes.config import TrainConfig


def queue_runs(project: Path, name: str | None, runs: Sequence[GridRun]) -> list[RunDirectory]:
    """Add runs to the queue in the given order and return them.

    ``name`` is the name of a single run, or what the names of several runs begin with; None takes the recipe's name.
    Raises RunError if a name is taken or the folder cannot be written.
    """
    if len(runs) == 1 and not runs[0].suffix:
        return [RunDirectory.create(project, name, runs[0].config.to_json(), state=RunState.QUEUED)]
    names = _free_names(project, name, runs)
    with queue_lock(project):
        return _create_queued(project, [(one, run.config) for one, run in zip(names, runs, strict=True)])


def queue_ablation(ablation: Ablation) -> int:
    """Queue all unfinished runs of an ablation and return how many are queued; stopped and failed runs are resumed.

    Raises RunError if a run of one of the names has other settings, or the folder cannot be written.
    """
    ablation.check_settings()
    ablation.write_plan()
    cells = ablation.cells()
    with queue_lock(ablation.project):
        created = _create_queued(
            ablation.project, [(cell.run.name, cell.config) for cell in cells if cell.state is None]
        )
    resumed = [cell.run for cell in cells if cell.state is not None and cell.state.resumable]
    for run in resumed:
        enqueue(run)
    return len(created) + len(resumed)


def stop_ablation(ablation: Ablation) -> None:
    """Take the queued runs of an ablation out of the queue and stop the running one; ``queue_ablation`` resumes it."""
    cells = ablation.cells()
    # Queued runs first: otherwise the next one would start when the running one stops.
    for cell in cells:
        if cell.state is RunState.QUEUED:
            cancel_waiting(cell.run)
    for cell in cells:
        if cell.state is not None and cell.state.alive:
            cell.run.send("stop")


def _create_queued(project: Path, runs: Sequence[tuple[str, TrainConfig]]) -> list[RunDirectory]:
    made: list[RunDirectory] = []
    try:
        for name, config in runs:
            made.append(RunDirectory.create(project, name, config.to_json(), state=RunState.QUEUED))
    except MsdnError:
        for run in made:
            shutil.rmtree(run.path, ignore_errors=True)
        raise
    return made


def _free_names(project: Path, name: str | None, runs: Sequence[GridRun]) -> list[str]:
    recipe = runs[0].config.recipe
    stems = [name] if name else chain([recipe], (f"{recipe}-{number}" for number in range(2, 1000)))
    taken = ""
    for stem in stems:
        names = run_names(stem, runs)
        for one in names:
            check_name(one)
        taken = next((one for one in names if (project / "runs" / one).exists()), "")
        if not taken:
            return names
    raise RunError(f"The run “{taken}” already exists; choose another name for these runs.")
