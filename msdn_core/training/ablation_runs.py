"""Training the runs of an ablation in this process, one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from msdn_core.backbones.devices import choose_device
from msdn_core.errors import RunError
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.status import RunState
from msdn_core.runs.trained_on import changed_since
from msdn_core.training.data import load_data
from msdn_core.training.loop import run_training

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from msdn_core.backbones.extraction import Progress
    from msdn_core.recipes.ablation import Ablation, Cell
    from msdn_core.runs.events import Event


def train_cells(
    ablation: Ablation,
    *,
    listener: Callable[[Event], None] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[tuple[Cell, RunState]]:
    """Train the unfinished runs one by one, yielding each cell with the state in which its run ended.

    Finished runs are not repeated, stopped ones are resumed. Missing features are extracted first. The iteration ends
    early if a run is stopped. Raises RunError if a run of one of the names has other settings or was trained on other
    data, and the errors of loading the data.
    """
    ablation.check_settings()
    current = _data_description(ablation, progress)
    for cell in ablation.cells():
        changed = changed_since(cell.run.data(), current) if cell.done else ""
        if changed:
            raise RunError(
                f"The project's {changed} changed since “{cell.run.name}” was trained, so its row is not comparable; "
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


def _data_description(ablation: Ablation, progress: Callable[[Progress], None] | None) -> Mapping[str, Any]:
    """Return what would be trained on now, as in ``data.json``."""
    config = ablation.config
    if config.threads:
        torch.set_num_threads(config.threads)
    device = choose_device(config.device)
    data = load_data(ablation.project, config, device, progress=progress)
    assert data is not None, "only a stop request returns no data"
    return data.describe(device)
