"""Training the runs of an ablation in this process, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from msdn_core.backbones.devices import choose_device
from msdn_core.backbones.extraction import Progress
from msdn_core.errors import RunError
from msdn_core.recipes.ablation import Ablation, Cell
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Event
from msdn_core.runs.status import RunState
from msdn_core.runs.trained_on import changed_since
from msdn_core.training.data import load_data
from msdn_core.training.loop import run_training


def train_cells(
    ablation: Ablation,
    *,
    listener: Callable[[Event], None] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[tuple[Cell, RunState]]:
    """Trains what is not finished, each cell when the one before was taken, and gives how it ended.

    What is finished is not run again, and what was left goes on. Features that are missing are made first. Ends early
    where a run was stopped. Raises RunError where a run of that name has other settings or was trained on other data,
    and what loading the data raises.
    """
    ablation.check_settings()
    described = _described(ablation, progress)
    for cell in ablation.cells():
        what = changed_since(cell.run.data(), described) if cell.done else ""
        if what:
            raise RunError(
                f"The project's {what} changed since “{cell.run.name}” was trained, so its row is not comparable; "
                "choose another name for this ablation."
            )
    ablation.write_plan()
    for cell in ablation.cells():
        if cell.done:
            continue
        if cell.state is None:
            RunDirectory.create(ablation.project, cell.run.name, cell.config.to_json())
        state = run_training(cell.run, listener=listener)
        yield cell, state
        if state not in (RunState.FINISHED, RunState.FAILED):
            return


def _described(ablation: Ablation, progress: Callable[[Progress], None] | None) -> Mapping[str, Any]:
    """What would be trained on now, as in ``data.json``."""
    config = ablation.config
    if config.threads:
        torch.set_num_threads(config.threads)
    device = choose_device(config.device)
    data = load_data(ablation.project, config, device, progress=progress)
    assert data is not None, "only a stop ends it without data"
    return data.describe(device)
