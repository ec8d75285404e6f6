"""The history of runs, used as a person would: compared, annotated, deleted, found again, and begun anew."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QLabel, QPushButton
from small_birds import write_checkpoint

from msdn_core.domain.annotation import Split
from msdn_core.recipes.config import RECIPES
from msdn_core.recipes.config_file import read_config
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Evaluated, Message, StepDone
from msdn_core.runs.notes import Notes, read_notes, write_notes
from msdn_core.runs.queue import hold_queue, queued_runs, read_order
from msdn_core.runs.status import RunState, RunStatus, current_process
from msdn_gui.shell.frame.top_bar import TopBar
from msdn_gui.train.workspace import TrainWorkspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def workspace(session, services, qtbot) -> Iterator[TrainWorkspace]:
    made = TrainWorkspace(session, services, queue_command=["true"])
    services.run_monitor.set_project(session.document.project.path)
    made.resize(1208, 640)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.starter.close()


def finished(folder: Path, name: str, h: float = 0.5, **settings: object) -> RunDirectory:
    folder.mkdir(exist_ok=True)
    run = RunDirectory.create(folder, name, {**RECIPES["demo"].to_json(), **settings})
    for step in (10, 20):
        run.append(
            StepDone(
                step=step,
                steps=20,
                epoch=0,
                losses={"total": 3.0 / step},
                learning_rate=1e-4,
                images_per_second=50,
                remaining_s=0,
            )
        )
        run.append(Evaluated(step=step, epoch=0, on="validation", figures={"H": h * step / 20, "U": h}))
    figures = {"czsl": h, "U": h, "S": h, "H": h, "on": "test", "selected_on": "validation"}
    run.write_status(RunStatus(RunState.FINISHED, step=20, steps=20, figures=figures))
    return run


def listed(workspace, *names: str):
    return lambda: all(workspace.model.row_of(name) >= 0 for name in names)


def click_run(qtbot, workspace, name: str, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    index = workspace.model.index(workspace.model.row_of(name))
    place = workspace.list.visualRect(index).center()
    qtbot.mouseClick(workspace.list.viewport(), LEFT, modifier, place)


def rows(table) -> list[list[str]]:
    return [[table.item(row, c).text() for c in range(table.columnCount())] for row in range(table.rowCount())]


def test_selected_runs_stand_over_one_another_with_what_differs(workspace, session, qtbot) -> None:
    for seed, h in ((0, 0.5), (1, 0.6)):
        finished(session.document.project.path, f"seed{seed}", h, seed=seed)
    qtbot.waitUntil(listed(workspace, "seed0", "seed1"), timeout=5_000)
    click_run(qtbot, workspace, "seed0")
    click_run(qtbot, workspace, "seed1", Qt.KeyboardModifier.ControlModifier)
    compared = workspace.compared
    assert compared.isVisible()
    qtbot.waitUntil(lambda: compared.plot.drawn("seed0") == compared.plot.drawn("seed1") == 2, timeout=5_000)
    assert compared.plot.series["seed1"].last() == pytest.approx(60.0)
    assert [row[0] for row in rows(compared.settings)] == ["Seed"]
    assert sorted(rows(compared.settings)[0][1:]) == ["0", "1"]
    assert {row[0]: row[5] for row in rows(compared.figures)} == {"seed0": "50.0", "seed1": "60.0"}
    assert "H 55.0 ± 7.1" in compared.seeds.text()
    compared.what.setCurrentIndex(compared.what.findData("total"))
    assert compared.plot.logarithmic
    assert compared.plot.series["seed0"].last() == pytest.approx(0.15)
    click_run(qtbot, workspace, "seed0")
    assert workspace.view.isVisible()
    qtbot.waitUntil(lambda: len(workspace.view.curves.losses.series["total"]) == 2, timeout=5_000)


def test_notes_and_tags_are_kept_in_the_runs_directory_and_find_it(workspace, session, qtbot) -> None:
    run = finished(session.document.project.path, "one")
    finished(session.document.project.path, "two")
    qtbot.waitUntil(listed(workspace, "one", "two"), timeout=5_000)
    click_run(qtbot, workspace, "one")
    qtbot.keyClicks(workspace.view.notes.tags, "thesis, best")
    workspace.view.notes.text.setPlainText("Chapter 4.")
    click_run(qtbot, workspace, "two")
    assert workspace.view.notes.text.toPlainText() == ""
    qtbot.waitUntil(lambda: read_notes(run.path) == Notes("Chapter 4.", ("thesis", "best")), timeout=5_000)
    qtbot.keyClicks(workspace.runs.filter, "thesis")
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 1, timeout=5_000)
    assert workspace.model.index(0).data() == "one"


def test_a_deleted_run_lies_in_the_trash_and_undo_brings_it_back(workspace, session, qtbot) -> None:
    run = finished(session.document.project.path, "regretted")
    write_checkpoint(run.checkpoint_path("best"))
    qtbot.waitUntil(lambda: workspace.view.title.text() == "regretted", timeout=5_000)
    with qtbot.waitSignal(session.messages.posted) as said:
        workspace.commands["train.delete"].trigger()
    trash = session.document.project.path / "trash" / "regretted"
    assert str(trash) in said.args[1]
    assert (trash / "config.json").is_file()
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 0, timeout=5_000)
    workspace.undo_stack.undo()
    qtbot.waitUntil(listed(workspace, "regretted"), timeout=5_000)
    session.inference.set_checkpoint(run.checkpoint("best"))
    with qtbot.waitSignal(session.messages.posted) as said:
        workspace.commands["train.delete"].trigger()
    assert "select another checkpoint" in said.args[1]
    assert run.path.is_dir()


def test_a_running_run_is_not_deleted(workspace, session, qtbot) -> None:
    run = finished(session.document.project.path, "going")
    pid, started = current_process()
    run.write_status(RunStatus(RunState.RUNNING, pid=pid, process_started=started))
    qtbot.waitUntil(lambda: workspace.view.title.text() == "going", timeout=5_000)
    assert not workspace.commands["train.delete"].isEnabled()
    run.write_status(RunStatus(RunState.FINISHED))


def test_runs_of_another_folder_are_only_looked_at(workspace, session, services, qtbot, tmp_path) -> None:
    other = finished(tmp_path / "elsewhere", "theirs")
    write_notes(other.path, Notes("not mine"))
    other.write_status(RunStatus(RunState.RUNNING, pid=999_999_999, process_started=1.0, step=3, steps=9))
    workspace.history.add_folder(tmp_path / "elsewhere")
    qtbot.waitUntil(listed(workspace, str(other.path)), timeout=5_000)
    click_run(qtbot, workspace, str(other.path))
    qtbot.waitUntil(lambda: workspace.view.title.text() == "theirs", timeout=5_000)
    view = workspace.view
    assert view.word.text().startswith("Running"), "its process may be another machine's"
    assert not any(button.isEnabled() for button in (view.pause, view.stop, view.cancel))
    assert view.notes.text.isReadOnly()
    assert not workspace.commands["train.delete"].isEnabled()
    assert services.run_monitor.active() == [], "closing the window asks of no run of someone else"
    assert services.settings.value.run_folders == {str(session.document.project.path): str(tmp_path / "elsewhere")}
    workspace.commands["train.unwatch_folder"].trigger()
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 0, timeout=5_000)


def test_the_run_behind_a_checkpoint_is_one_click_away(workspace, session, qtbot, tmp_path) -> None:
    finished(session.document.project.path, "newer")
    for place in (session.document.project.path, tmp_path / "elsewhere"):
        run = finished(place, "behind")
        session.inference.set_checkpoint(write_checkpoint(run.checkpoint_path("best")))
        bar = TopBar(session, lambda _menu: None, workspace.commands["train.new_run"])
        qtbot.addWidget(bar)
        menu = bar.checkpoint_button.menu()
        menu.aboutToShow.emit()
        next(action for action in menu.actions() if action.objectName() == "show_run").trigger()
        qtbot.waitUntil(
            lambda run=run: workspace.view.run is not None and workspace.view.run.path == run.path, timeout=5_000
        )


def test_settings_go_to_a_file_and_come_from_one(workspace, session, qtbot, tmp_path) -> None:
    workspace.commands["train.new_run"].trigger()
    workspace.form.recipe.setCurrentText("sun")
    workspace.form.findChild(object, "setting_steps").set_value(77)
    file = tmp_path / "mine.json"
    with qtbot.waitSignal(session.messages.posted) as said:
        workspace.save_settings(file)
    assert "train --config" in said.args[1]
    assert read_config(file).steps == 77
    file.write_text(json.dumps({"recipe": "awa2", "momentum": 0.5}), encoding="utf-8")
    workspace.load_settings(file)
    qtbot.waitUntil(lambda: workspace.form.recipe.currentText() == "awa2", timeout=5_000)
    config = workspace.form.config()
    assert (config.momentum, config.batch_size, config.steps) == (0.5, 40, RECIPES["awa2"].steps)
    assert workspace.form.findChild(object, "setting_momentum").isVisible(), "what differs is not folded away"
    file.write_text("nothing", encoding="utf-8")
    workspace.load_settings(file)
    qtbot.waitUntil(lambda: str(file) in workspace.form.fault.text(), timeout=5_000)
    assert workspace.form.config() == config


def test_another_run_begins_with_the_settings_of_one(workspace, session, qtbot) -> None:
    finished(session.document.project.path, "model", steps=33, recipe="cub")
    qtbot.waitUntil(lambda: workspace.view.title.text() == "model", timeout=5_000)
    workspace.commands["train.duplicate"].trigger()
    assert workspace.form.isVisible()
    assert workspace.form.config().steps == 33
    assert workspace.form.config().recipe == "cub"


def test_waiting_runs_are_dragged_held_and_let_go(workspace, session, services, qtbot) -> None:
    project = session.document.project.path
    hold_queue(project, True)
    for name in ("a", "b", "c"):
        RunDirectory.create(project, name, RECIPES["demo"].to_json(), state=RunState.QUEUED)
    qtbot.waitUntil(lambda: services.run_monitor.waiting.names == ("a", "b", "c"), timeout=5_000)
    assert workspace.runs.queue_text.text() == "3 queued · on hold"
    model = workspace.model
    data = model.mimeData([model.index(model.row_of("c"))])
    model.dropMimeData(data, Qt.DropAction.MoveAction, model.row_of("a"), 0, QModelIndex())
    assert services.run_monitor.waiting.names == ("c", "a", "b"), "shown before the disk says so"
    qtbot.waitUntil(lambda: [run.name for run in queued_runs(project)] == ["c", "a", "b"], timeout=5_000)
    workspace.undo_stack.undo()
    qtbot.waitUntil(lambda: [run.name for run in queued_runs(project)] == ["a", "b", "c"], timeout=5_000)
    qtbot.mouseClick(workspace.findChild(QPushButton, "hold_queue"), LEFT)
    qtbot.waitUntil(lambda: not read_order(project).held, timeout=5_000)
    qtbot.waitUntil(lambda: "not running" in workspace.runs.queue_text.text(), timeout=10_000)


def test_what_a_run_warned_of_stands_in_the_window(workspace, session, qtbot) -> None:
    run = finished(session.document.project.path, "warned")
    run.append(Message(level="warning", text="Memory does not suffice for batches of 50 images."))
    run.append(Message(level="info", text="All is well."))
    qtbot.waitUntil(lambda: workspace.view.warning.isVisible(), timeout=5_000)
    assert workspace.view.warning.text() == "Memory does not suffice for batches of 50 images."


def test_a_project_without_training_images_says_so_before_a_run_is_made(workspace, session) -> None:
    assert workspace.commands["train.new_run"].isEnabled()
    with closing(sqlite3.connect(session.document.project.path / "project.sqlite")) as database, database:
        database.execute("UPDATE images SET split = ?", (Split.TEST_SEEN.value,))
    session.document.reload_images()
    assert not workspace.commands["train.new_run"].isEnabled()
    button = workspace.findChild(QPushButton, "new_run")
    assert "at least two seen classes" in button.toolTip()
    assert "at least two seen classes" in workspace.empty.findChild(QLabel, "emptyText").text()
