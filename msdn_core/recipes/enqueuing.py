"""Putting runs into a project's queue, all of them or none: a grid's, or an ablation's."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from msdn_core.errors import MsdnError, RunError
from msdn_core.recipes.ablation import Ablation
from msdn_core.recipes.config import TrainConfig
from msdn_core.recipes.grid import GridRun, run_names
from msdn_core.runs.directory import RunDirectory, check_name
from msdn_core.runs.queue import cancel_waiting, enqueue, queue_lock
from msdn_core.runs.status import RunState


def queue_runs(project: Path, name: str | None, runs: Sequence[GridRun]) -> list[RunDirectory]:
    """Makes waiting runs in the order given; without a name, theirs are made from the recipe.

    Several are named by the name and what tells them apart. Raises RunError where a name is taken, or the folder
    cannot be written.
    """
    if len(runs) == 1 and not runs[0].suffix:
        return [RunDirectory.create(project, name, runs[0].config.to_json(), state=RunState.QUEUED)]
    names = _free_names(project, name, runs)
    with queue_lock(project):
        return _make_waiting(project, [(one, run.config) for one, run in zip(names, runs, strict=True)])


def queue_ablation(ablation: Ablation) -> int:
    """Lets all runs of an ablation that are not finished wait for their turn, and gives how many do now.

    Those that were stopped, or failed, go on. Raises RunError where a run of one of its names has other settings, or
    the folder cannot be written.
    """
    ablation.check_settings()
    ablation.write_plan()
    cells = ablation.cells()
    with queue_lock(ablation.project):
        new = _make_waiting(ablation.project, [(cell.run.name, cell.config) for cell in cells if cell.state is None])
    left = [cell.run for cell in cells if cell.state is not None and cell.state.resumable]
    for run in left:
        enqueue(run)
    return len(new) + len(left)


def stop_ablation(ablation: Ablation) -> None:
    """Takes its waiting runs out of the queue, and asks the one at work to stop; ``queue_ablation`` goes on."""
    cells = ablation.cells()
    # The waiting ones first: otherwise the next would be taken when the one at work stops.
    for cell in cells:
        if cell.state is RunState.QUEUED:
            cancel_waiting(cell.run)
    for cell in cells:
        if cell.state is not None and cell.state.alive:
            cell.run.send("stop")


def _make_waiting(project: Path, runs: Sequence[tuple[str, TrainConfig]]) -> list[RunDirectory]:
    made: list[RunDirectory] = []
    try:
        for name, config in runs:
            made.append(RunDirectory.create(project, name, config.to_json(), state=RunState.QUEUED))
    except MsdnError:
        for left in made:
            shutil.rmtree(left.path, ignore_errors=True)
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
    raise RunError(f"There is a run “{taken}” already; give these runs another name.")
