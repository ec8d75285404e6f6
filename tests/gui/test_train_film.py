"""Watching attention form: the film of a run is played, stepped through and pinned, as a person would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QMenu, QSlider, QTabWidget, QToolButton

from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import StepDone
from msdn_core.runs.film import FilmedPin, FilmHeader, FilmWriter
from msdn_core.runs.pins import Pin, read_pins
from msdn_core.runs.status import RunState, RunStatus, current_process
from msdn_gui.explore.workspace import ExploreWorkspace
from msdn_gui.train.films.film_card import FilmCard
from msdn_gui.train.films.film_picture import FilmPicture
from msdn_gui.train.films.score_line import ScoreLine
from msdn_gui.train.workspace import TrainWorkspace

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT = Qt.MouseButton.LeftButton
GRID, EVERY = (7, 7), 10


def make_film(run: RunDirectory, images, frames: int = 9, **header) -> FilmWriter:
    """A film of the first two images in which each map's peak walks along the diagonal, and scores rise."""
    pins = tuple(FilmedPin(image.id, image.name, "crest::yes") for image in images)
    writer = FilmWriter(run.path, FilmHeader(pins, GRID, source="pinned in Explore", **header))
    for number in range(frames):
        add_frame(writer, number)
    return writer


def add_frame(writer: FilmWriter, number: int) -> None:
    count = len(writer.header.pins)
    maps = np.full((count, 2, 49), 0.01, np.float32)
    maps[:, :, (number % 7) * 8] = 0.52
    scores = np.full((count, 2), 0.1 * number, np.float32)
    ranges = np.broadcast_to(np.float32([0.0, 0.8]), (count, 2, 2))
    writer.add(number * EVERY, number // 4, scores, maps, ranges, key=number % 4 == 0)


@pytest.fixture
def run(session) -> RunDirectory:
    made = RunDirectory.create(session.document.project.path, "filmed", {"recipe": "demo"})
    made.write_status(RunStatus(RunState.FINISHED, step=80, steps=80))
    return made


@pytest.fixture
def workspace(session, services, qtbot, run) -> Iterator[TrainWorkspace]:  # noqa: ARG001
    made = TrainWorkspace(session, services, command=lambda _: ["false"])
    made.resize(1208, 700)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.starter.close()


@pytest.fixture
def shown(session, services, qtbot, run, workspace) -> TrainWorkspace:
    """The workspace with the film of two images open."""
    make_film(run, session.document.images[:2])
    show(qtbot, session, services, workspace)
    qtbot.waitUntil(lambda: len(workspace.findChildren(FilmCard)) == 2, timeout=5_000)
    return workspace


def show(qtbot, session, services, workspace) -> None:
    services.run_monitor.set_project(session.document.project.path)
    qtbot.waitUntil(lambda: workspace.view.isVisible(), timeout=5_000)
    tabs = workspace.findChild(QTabWidget, "run_tabs")
    place = next(place for place in range(tabs.count()) if tabs.tabText(place) == "Film")
    qtbot.mouseClick(tabs.tabBar(), LEFT, pos=tabs.tabBar().tabRect(place).center())


def peaks(workspace) -> set[tuple[int, int]]:
    """Column and row of every map's cross."""
    found = [picture.peak for picture in workspace.findChildren(FilmPicture)]
    return {(int(x * 7), int(y * 7)) for x, y in found}


def words(workspace, name: str) -> list[str]:
    return [label.text() for label in workspace.findChildren(QLabel, name)]


def test_the_newest_frame_is_shown_and_the_slider_leads_back(shown, qtbot) -> None:
    slider = shown.findChild(QSlider, "film_time")
    assert (slider.maximum(), slider.value()) == (8, 8)
    assert peaks(shown) == {(1, 1)}
    assert words(shown, "film_readout") == ["step 80 of 80 · epoch 2"]
    assert words(shown, "film_source") == ["2 pairs, pinned in Explore"]
    assert words(shown, "film_av_score") == ["0.80", "0.80"]
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert peaks(shown) == {(0, 0)}
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert peaks(shown) == {(1, 1)}
    assert words(shown, "film_va_score") == ["0.10", "0.10"]
    qtbot.keyClick(slider, Qt.Key.Key_Period)
    assert words(shown, "film_readout") == ["step 40 of 80 · epoch 1"], "the next evaluation"
    qtbot.mouseClick(shown.findChild(QToolButton, "film_back"), LEFT)
    assert words(shown, "film_readout") == ["step 0 of 80 · epoch 0"]


def test_it_plays_from_the_start_to_its_end_and_space_stops_it(shown, qtbot) -> None:
    view, slider = shown.view.film, shown.findChild(QSlider, "film_time")
    assert slider.hasFocus(), "the keyboard is where the film is"
    qtbot.keyClick(slider, Qt.Key.Key_Space)
    assert slider.value() == 0, "the end was shown, so it begins anew"
    qtbot.waitUntil(lambda: slider.value() >= 2, timeout=5_000)
    qtbot.mouseClick(shown.findChild(QToolButton, "film_play"), LEFT)
    stays = slider.value()
    assert 2 <= stays < 8
    assert not view.transport.playing
    slider.setValue(6)
    qtbot.keyClick(slider, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: slider.value() == 8 and not view.transport.playing, timeout=8_000)


def test_a_click_into_a_line_of_scores_goes_to_that_moment(shown, qtbot) -> None:
    line = shown.findChild(ScoreLine)
    assert line.frames == 9
    qtbot.mouseClick(line, LEFT, pos=QPoint(line.width() // 2, line.height() // 2))
    assert shown.findChild(QSlider, "film_time").value() == 4


def test_maps_are_shown_as_in_explore(shown, qtbot, services) -> None:
    policy = shown.view.film.controls.policy
    bar = shown.findChild(FilmCard).sides[0].bar
    assert (bar.low_text, bar.high_text) == ("0.010", "0.520")
    policy.setFocus()
    qtbot.keyClick(policy, Qt.Key.Key_Down)
    assert (bar.low_text, bar.high_text) == ("0", "0.800")
    qtbot.keyClick(policy, Qt.Key.Key_Down)
    assert (bar.low_text, bar.high_text) == ("0", "1.00")
    assert services.settings.value.range_policy == "fixed"


def test_new_frames_are_followed_where_the_end_is_shown_and_nowhere_else(
    session, services, qtbot, run, workspace
) -> None:
    pid, started = current_process()
    run.write_status(RunStatus(RunState.RUNNING, pid, started, step=1, steps=80))
    show(qtbot, session, services, workspace)
    title = workspace.view.film.findChild(QLabel, "emptyTitle")
    qtbot.waitUntil(lambda: title.isVisible() and "starts with the first step" in title.text(), timeout=5_000)
    writer = make_film(run, session.document.images[:2], frames=3)
    tell(run, 20)
    slider = workspace.findChild(QSlider, "film_time")
    qtbot.waitUntil(lambda: slider.maximum() == 2 and slider.value() == 2, timeout=5_000)
    add_frame(writer, 3)
    tell(run, 30)
    qtbot.waitUntil(lambda: slider.value() == 3, timeout=5_000)
    assert peaks(workspace) == {(3, 3)}
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    add_frame(writer, 4)
    tell(run, 40)
    qtbot.waitUntil(lambda: slider.maximum() == 4, timeout=5_000)
    assert slider.value() == 2
    run.write_status(RunStatus(RunState.STOPPED))


def tell(run: RunDirectory, step: int) -> None:
    run.append(
        StepDone(step=step, steps=80, epoch=0, losses={"total": 1.0}, learning_rate=1e-4, images_per_second=9,
                 remaining_s=1)
    )  # fmt: skip


def test_a_run_without_a_film_says_so_and_one_sub_net_says_which_is_missing(
    session, services, qtbot, run, workspace
) -> None:
    show(qtbot, session, services, workspace)
    title = workspace.view.film.findChild(QLabel, "emptyTitle")
    qtbot.waitUntil(lambda: title.isVisible() and title.text() == "No film", timeout=5_000)
    make_film(run, session.document.images[:1], sub_nets="av")
    workspace.view.film.refresh(alive=False)
    qtbot.waitUntil(lambda: len(workspace.findChildren(FilmCard)) == 1, timeout=5_000)
    pictures = workspace.findChildren(FilmPicture)
    assert pictures[0].peak is not None
    assert pictures[1].peak is None
    assert pictures[1].accessibleDescription() == "This run has no visual→attribute sub-net."


def test_a_damaged_film_is_told_where_it_would_be(session, services, qtbot, run, workspace) -> None:
    make_film(run, session.document.images[:1])
    (run.path / "film" / "film.json").write_text("{", encoding="utf-8")
    show(qtbot, session, services, workspace)
    text = workspace.view.film.findChild(QLabel, "emptyText")
    qtbot.waitUntil(lambda: text.isVisible() and "cannot be read" in text.text(), timeout=5_000)


def test_a_pair_is_looked_at_and_unpinned_from_its_film(shown, session, qtbot) -> None:
    pin = Pin(session.document.images[1].id, "crest::yes")
    session.film_pins.set_pinned(pin, True)
    card = shown.findChildren(FilmCard)[1]
    with qtbot.waitSignal(session.navigation.explore_requested):
        qtbot.mouseDClick(card.findChild(FilmPicture), LEFT)
    assert session.selection.image == session.document.images[1]
    assert session.document.table.attributes[session.selection.attribute].full_name == "crest::yes"
    card.menu_requested.emit(card.mapToGlobal(QPoint(5, 5)))
    menu = shown.view.film.findChild(QMenu, "film_menu")
    action = next(action for action in menu.actions() if action.text() == "Pin for films")
    assert action.isChecked()
    action.trigger()
    menu.close()
    assert read_pins(session.document.project) == ()


def test_explore_pins_what_is_chosen_for_the_films_of_coming_runs(session, services, qtbot) -> None:
    explore = ExploreWorkspace(session, services)
    qtbot.addWidget(explore)
    explore.resize(1208, 640)
    with qtbot.waitExposed(explore):
        explore.show()
    button = explore.findChild(QToolButton, "pin_for_films")
    qtbot.waitUntil(
        lambda: session.selection.image == session.document.images[0] and session.selection.attribute >= 0,
        timeout=5_000,
    )
    assert button.isEnabled()
    assert not button.isChecked()
    said: list[str] = []
    session.messages.posted.connect(lambda _, text: said.append(text))
    qtbot.mouseClick(button, LEFT)
    chosen = Pin(
        session.document.images[0].id, session.document.table.attributes[session.selection.attribute].full_name
    )
    assert read_pins(session.document.project) == (chosen,)
    assert "pinned for the next run" in said[-1]
    session.selection.set_image(session.document.images[1])
    assert not button.isChecked()
    qtbot.keyClick(explore, Qt.Key.Key_P)
    assert [pin.image_id for pin in read_pins(session.document.project)] == [
        session.document.images[0].id,
        session.document.images[1].id,
    ]
    session.selection.set_image(session.document.images[0])
    assert button.isChecked()
    qtbot.mouseClick(button, LEFT)
    assert len(read_pins(session.document.project)) == 1
