"""The guide's pictures of Train."""

from __future__ import annotations

from benchmarks.pictures.stage import Picture, Stage
from msdn_core.training.config import RECIPES
from msdn_core.training.enqueuing import queue_runs
from msdn_core.training.grid import grid_runs, parse_grid
from msdn_gui.train.run_form import RunForm


def _form(stage: Stage) -> None:
    stage.act("train_new_run")
    form = stage.find(RunForm)
    stage.type(form.name, "rates")
    stage.type(form.grid_line, "lr: 1e-4, 3e-4; seed: 0, 1, 2")


def _queue(stage: Stage) -> None:
    """Runs as the form queues them, though nobody takes them: the picture shall not train."""
    runs = grid_runs(RECIPES["demo"], parse_grid("lr: 1e-4, 3e-4; seed: 0, 1, 2"))
    made = queue_runs(stage.session.project.path, "rates", runs)
    stage.wait(lambda: len(stage.services.run_monitor.waiting.names) == len(made))


PICTURES = (Picture("train-form", "train", _form), Picture("train-queue", "train", _queue))
