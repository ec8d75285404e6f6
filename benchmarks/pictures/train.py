"""The guide's pictures of Train."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTabWidget

from benchmarks.pictures.stage import Picture, Stage
from msdn_core.recipes.config import RECIPES
from msdn_core.recipes.enqueuing import queue_runs
from msdn_core.recipes.grid import grid_runs, parse_grid
from msdn_core.runs.status import RunState
from msdn_gui.train.curves.curves import Curves
from msdn_gui.train.films.film_view import FilmView
from msdn_gui.train.form.run_form import RunForm


def _form(stage: Stage) -> None:
    stage.act("train.new_run")
    form = stage.find(RunForm)
    stage.type(form.name, "rates")
    stage.type(form.grid_line, "lr: 1e-4, 3e-4; seed: 0, 1, 2")


def _queue(stage: Stage) -> None:
    """Runs queued as the form does it, without a process that trains them."""
    runs = grid_runs(RECIPES["demo"], parse_grid("lr: 1e-4, 3e-4; seed: 0, 1, 2"))
    queued = queue_runs(stage.session.document.project.path, "rates", runs)
    stage.wait(lambda: len(stage.services.run_monitor.waiting.names) == len(queued))


def _film(stage: Stage) -> None:
    """A separate run, because the aviary's has no film."""
    _train(stage, "crests")
    _open_page(stage, "Film")
    film = stage.find(FilmView)
    stage.wait(lambda: film.cards)
    film.transport.go_to(film.transport.slider.maximum() // 3)


def _curves(stage: Stage) -> None:
    curves = stage.find(Curves)
    curves.smoothing.setValue(50)
    curves.more.setCurrentIndex(curves.more.findData("images_per_second"))
    stage.settle()


def _compare(stage: Stage) -> None:
    """The aviary's run compared with a short one at another learning rate."""
    _train(stage, "quick", steps=100, evaluate_every=20, learning_rate=3e-4)
    rows = stage.workspace.list
    rows.setFocus()
    for row in range(2):
        place = rows.visualRect(rows.model().index(row, 0)).center()
        keys = Qt.KeyboardModifier.ControlModifier if row else Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, keys, place)
    stage.settle()


def _notes(stage: Stage) -> None:
    _open_page(stage, "Notes")
    stage.type(stage.find(QLineEdit, "run_tags"), "baseline, teaching")
    stage.type(stage.find(QPlainTextEdit, "run_notes"), "The baseline for all other runs.")
    monitor = stage.services.run_monitor
    stage.wait(lambda: monitor.tags("demo-01"))


def _train(stage: Stage, name: str, **settings: object) -> None:
    """Train a run to its end and select it."""
    stage.act("train.new_run")
    form = stage.find(RunForm)
    form.load(RECIPES["demo"].with_settings([f"{key}={value}" for key, value in settings.items()]))
    stage.type(form.name, name)
    stage.click(form.start)
    monitor = stage.services.run_monitor
    steps = form.config().steps
    # A slow machine may take minutes in total, but less than the time-out for a quarter of a run.
    for quarter in (1, 2, 3, 4):
        stage.wait(lambda: (status := monitor.status(name)) is not None and 4 * status.step >= quarter * steps)  # noqa: B023
    stage.wait(lambda: monitor.status(name).state is RunState.FINISHED)
    stage.settle()


def _open_page(stage: Stage, text: str) -> None:
    """Open a page of the visible run by its tab."""
    tabs = stage.find(QTabWidget, "run_tabs")
    tabs.setCurrentIndex(next(place for place in range(tabs.count()) if tabs.tabText(place) == text))
    stage.settle()


PICTURES = (
    Picture("train-form", "train", _form),
    Picture("train-queue", "train", _queue),
    Picture("train-film", "train", _film, size=(1280, 840)),
    Picture("train-curves", "train", _curves),
    Picture("train-compare", "train", _compare),
    Picture("train-notes", "train", _notes, theme="dark"),
)
