"""The guide's pictures of Train."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget

from benchmarks.pictures.stage import Picture, Stage
from msdn_core.runs.status import RunState
from msdn_core.training.config import RECIPES
from msdn_core.training.enqueuing import queue_runs
from msdn_core.training.grid import grid_runs, parse_grid
from msdn_gui.train.film_view import FilmView
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


def _film(stage: Stage) -> None:
    """A run of its own: the aviary's comes without a film."""
    _train(stage, "crests")
    _open_page(stage, "Film")
    film = stage.find(FilmView)
    stage.wait(lambda: film.cards)
    film.transport.go_to(film.transport.slider.maximum() // 3)


def _train(stage: Stage, name: str) -> None:
    """Trains a run to its end, and turns to it."""
    stage.act("train_new_run")
    form = stage.find(RunForm)
    stage.type(form.name, name)
    stage.click(form.start)
    monitor = stage.services.run_monitor
    stage.wait(lambda: (status := monitor.status(name)) is not None and status.state is RunState.FINISHED)
    stage.settle()


def _open_page(stage: Stage, text: str) -> None:
    """A page of the run in sight, by its tab."""
    tabs = stage.find(QTabWidget, "run_tabs")
    tabs.setCurrentIndex(next(place for place in range(tabs.count()) if tabs.tabText(place) == text))
    stage.settle()


PICTURES = (
    Picture("train-form", "train", _form),
    Picture("train-queue", "train", _queue),
    Picture("train-film", "train", _film, size=(1280, 840)),
)
