"""Putting runs into a project's queue, all of them or none."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from msdn_core.errors import MsdnError, RunError
from msdn_core.runs.directory import RunDirectory, check_name
from msdn_core.runs.queue import changing
from msdn_core.runs.status import RunState
from msdn_core.training.grid import GridRun, run_names


def queue_runs(project: Path, name: str | None, runs: Sequence[GridRun]) -> list[RunDirectory]:
    """Makes waiting runs in the order given; without a name, theirs are made from the recipe.

    Several are named by the name and what tells them apart. Raises RunError where a name is taken, or the folder
    cannot be written.
    """
    if len(runs) == 1 and not runs[0].suffix:
        return [RunDirectory.create(project, name, runs[0].config.to_json(), state=RunState.QUEUED)]
    names = _free_names(project, name, runs)
    made: list[RunDirectory] = []
    with changing(project):
        try:
            for one, run in zip(names, runs, strict=True):
                made.append(RunDirectory.create(project, one, run.config.to_json(), state=RunState.QUEUED))
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
