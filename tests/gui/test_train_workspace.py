"""Train, used as a person would: a run is started, watched, steered, and looked through."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from small_birds import write_checkpoint

sys.path.insert(0, str(Path(__file__).parents[1]))
from typing import TYPE_CHECKING

import fake_trainer

from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Evaluated, StepDone
from msdn_core.runs.status import BY_COMMAND, RunState, RunStatus, current_process
from msdn_gui.train.workspace import TrainWorkspace

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def behaviour() -> list[str]:
    """What the next fake trainer does; a test may say otherwise."""
    return ["normal"]


@pytest.fixture
def workspace(session, services, qtbot, behaviour) -> Iterator[TrainWorkspace]:
    made = TrainWorkspace(session, services, command=lambda run: fake_trainer.command(run, behaviour[0]))
    services.run_monitor.set_project(session.document.project.path)
    made.resize(1208, 640)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.starter.close()
    for run in services.run_monitor.runs:
        if run.status().process_alive:
            psutil.Process(run.status().pid).kill()


def click(qtbot, workspace, name: str) -> None:
    button = workspace.findChild(QPushButton, name)
    assert button.isEnabled(), f"{name} cannot be clicked"
    qtbot.mouseClick(button, LEFT)


def start(qtbot, workspace, name: str) -> None:
    click(qtbot, workspace, "new_run")
    qtbot.keyClicks(workspace.form.name, name)
    click(qtbot, workspace, "start_run")
    qtbot.waitUntil(lambda: workspace.view.isVisible() and workspace.view.title.text() == name, timeout=20_000)


def state(workspace) -> str:
    return workspace.view.word.text()


def finished_run(project: Path, name: str, config: dict | None = None) -> RunDirectory:
    run = RunDirectory.create(project, name, config or {"recipe": "demo"})
    for step in (10, 20, 30):
        losses = {"total": 3.0 / step, "ce_av": 1.0 / step}
        run.append(
            StepDone(step=step, steps=30, epoch=0, losses=losses, learning_rate=1e-4, images_per_second=50,
                     remaining_s=0)
        )  # fmt: skip
    figures = {"czsl": 0.5, "U": 0.4, "S": 0.6, "H": 0.48}
    run.append(Evaluated(step=30, epoch=1, on="validation", figures=figures))
    run.write_status(RunStatus(RunState.FINISHED, step=30, steps=30, figures={**figures, "on": "test"}))
    return run


def test_an_empty_place_says_what_will_be_here_and_starts_it(workspace, services, qtbot) -> None:
    # Until the project's runs were read, nobody knows that there are none.
    qtbot.waitUntil(lambda: services.run_monitor.is_known and workspace.empty.isVisible(), timeout=5_000)
    shown = [label.text() for label in workspace.findChildren(QLabel, "emptyTitle") if label.isVisible()]
    assert shown == ["No runs yet"]
    qtbot.mouseClick(next(b for b in workspace.empty.findChildren(QPushButton) if b.text() == "New run"), LEFT)
    assert workspace.form.isVisible()
    click(qtbot, workspace, "leave_form")
    assert workspace.empty.isVisible()


def test_a_run_is_started_watched_and_stopped_and_kept(workspace, services, qtbot) -> None:
    start(qtbot, workspace, "first")
    qtbot.waitUntil(lambda: len(workspace.view.curves.losses.series["total"]) > 3, timeout=20_000)
    assert state(workspace) == "Running"
    assert "left" in workspace.view.progress.text()
    machine = workspace.findChild(QLabel, "run_machine")
    qtbot.waitUntil(lambda: machine.text() == "CPU 97 % · memory 1.5 of 16.0 GB", timeout=10_000)
    assert 0 < workspace.view.bar.value() < workspace.view.bar.maximum()
    click(qtbot, workspace, "stop_run")
    assert state(workspace) == "Stop requested …"
    qtbot.waitUntil(lambda: state(workspace) == "Stopped", timeout=10_000)
    assert not workspace.view.stop.isEnabled()
    assert workspace.view.pause.text() == "Resume"
    assert services.run_monitor.active() == []
    assert not machine.isVisible(), "what it took is over with it"


def test_a_cancelled_run_is_marked_and_kept(workspace, session, qtbot) -> None:
    start(qtbot, workspace, "regretted")
    qtbot.waitUntil(lambda: state(workspace) == "Running", timeout=20_000)
    click(qtbot, workspace, "cancel_run")
    qtbot.waitUntil(lambda: state(workspace) == "Cancelled", timeout=10_000)
    assert (session.document.project.path / "runs" / "regretted" / "events.jsonl").exists()
    assert workspace.model.rowCount() == 1


def test_pause_is_asked_of_the_run_and_acknowledged(workspace, services, qtbot) -> None:
    start(qtbot, workspace, "waits")
    qtbot.waitUntil(lambda: state(workspace) == "Running", timeout=20_000)
    qtbot.keyClick(workspace.view, Qt.Key.Key_P)
    assert state(workspace) == "Pause requested …"
    qtbot.waitUntil(lambda: state(workspace) != "Pause requested …", timeout=10_000)
    run = services.run_monitor.runs[0]
    assert [command.command for command in run.read_commands()[0]] == ["pause"]


def test_a_run_that_crashes_says_why_in_the_window_and_can_go_on(workspace, behaviour, qtbot) -> None:
    behaviour[0] = "crash"
    start(qtbot, workspace, "broken")
    qtbot.waitUntil(lambda: state(workspace) == "Lost", timeout=20_000)
    assert workspace.view.reason.isVisible()
    assert "It crashes now." in workspace.view.reason.text()
    behaviour[0] = "normal"
    click(qtbot, workspace, "pause_run")
    qtbot.waitUntil(lambda: state(workspace) == "Running", timeout=20_000)
    assert not workspace.view.reason.isVisible()


def test_a_run_of_a_shell_shows_and_is_looked_through(workspace, session, qtbot) -> None:
    run = finished_run(session.document.project.path, "from a shell")
    write_checkpoint(run.checkpoint_path("best"), run="from a shell")
    qtbot.waitUntil(lambda: workspace.view.title.text() == "from a shell", timeout=5_000)
    qtbot.waitUntil(lambda: len(workspace.view.curves.figures.series["H"]) == 1, timeout=5_000)
    assert state(workspace) == "Finished"
    click(qtbot, workspace, "look_through")
    assert session.inference.checkpoint.run == "from a shell"


def test_a_finished_run_is_refitted_by_its_button_for_the_steps_that_validation_chose(
    workspace, session, qtbot
) -> None:
    run = finished_run(
        session.document.project.path, "chosen", {"recipe": "demo", "selection": "validation", "steps": 30}
    )
    write_checkpoint(run.checkpoint_path("best"), run="chosen", step=20, selected_on="validation")
    qtbot.waitUntil(lambda: workspace.view.title.text() == "chosen", timeout=5_000)
    qtbot.waitUntil(workspace.commands["train.refit"].isEnabled, timeout=5_000)
    click(qtbot, workspace, "refit_run")
    qtbot.waitUntil(lambda: workspace.view.title.text() == "chosen-refit", timeout=20_000)
    made = RunDirectory(session.document.project.path / "runs" / "chosen-refit")
    assert (made.config()["selection"], made.config()["steps"]) == ("last", 20)
    assert made.data()["refit"]["of"] == "chosen"
    assert not workspace.commands["train.refit"].isEnabled(), "it is at work, and chooses nothing"


def test_a_run_that_holds_nothing_out_cannot_be_refitted(workspace, session, qtbot) -> None:
    run = finished_run(session.document.project.path, "plain", {"recipe": "demo", "selection": "last"})
    write_checkpoint(run.checkpoint_path("best"), run="plain")
    qtbot.waitUntil(lambda: workspace.view.title.text() == "plain", timeout=5_000)
    assert not workspace.view.refit.isEnabled()


def test_a_run_that_ended_before_its_first_step_is_complete_without_curves(workspace, session, qtbot) -> None:
    run = RunDirectory.create(session.document.project.path, "early", {"recipe": "demo"})
    run.write_status(RunStatus(RunState.FAILED, reason="The file is damaged."))
    qtbot.waitUntil(lambda: workspace.view.isVisible() and workspace.settled(), timeout=10_000)


def test_a_run_without_a_checkpoint_cannot_be_looked_through(workspace, session, qtbot) -> None:
    finished_run(session.document.project.path, "bare")
    qtbot.waitUntil(lambda: workspace.view.title.text() == "bare", timeout=5_000)
    assert not workspace.view.look.isEnabled()


def test_a_name_that_is_taken_is_said_in_the_form(workspace, session, qtbot) -> None:
    finished_run(session.document.project.path, "taken")
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 1, timeout=5_000)
    click(qtbot, workspace, "new_run")
    qtbot.keyClicks(workspace.form.name, "taken")
    click(qtbot, workspace, "start_run")
    qtbot.waitUntil(lambda: "taken" in workspace.form.fault.text(), timeout=5_000)
    assert workspace.form.isVisible()
    assert workspace.form.start.isEnabled()


def test_the_list_turns_from_run_to_run_and_the_curves_with_it(workspace, session, qtbot) -> None:
    finished_run(session.document.project.path, "one")
    finished_run(session.document.project.path, "two", {"recipe": "demo", "steps": 30})
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 2, timeout=5_000)
    for name in ("one", "two", "one"):
        index = workspace.model.index(workspace.model.row_of(name))
        qtbot.mouseClick(workspace.list.viewport(), LEFT, pos=workspace.list.visualRect(index).center())
        assert workspace.view.title.text() == name
        qtbot.waitUntil(lambda: len(workspace.view.curves.losses.series["total"]) == 3, timeout=5_000)
    workspace.list.setFocus()
    qtbot.keyClick(workspace.list, Qt.Key.Key_Down)
    qtbot.keyClick(workspace.list, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: len(workspace.view.curves.losses.series["total"]) == 3, timeout=5_000)


def test_the_settings_of_a_run_show_what_differs_from_its_recipe(workspace, session, qtbot) -> None:
    finished_run(session.document.project.path, "other", {"recipe": "demo", "steps": 7, "batch_size": 50})
    qtbot.waitUntil(lambda: workspace.view.title.text() == "other", timeout=5_000)
    table = workspace.view.settings
    rows = {
        table.item(row, 0).text(): [table.item(row, column).text() for column in (1, 2)]
        for row in range(table.rowCount())
    }
    assert rows["Steps"] == ["7", "300"]
    assert rows["Batch size"] == ["50", ""]


def test_folders_of_images_have_nothing_to_train_and_say_so(empty_session, services, qtbot, tmp_path) -> None:
    Project.create(tmp_path / "bare").close()
    empty_session.open_project(tmp_path / "bare")
    empty_session.inference.set_checkpoint(None)
    made = TrainWorkspace(empty_session, services)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    assert not made.commands["train.new_run"].isEnabled()
    assert not made.findChild(QPushButton, "new_run").isEnabled()
    text = made.empty.findChild(QLabel, "emptyText").text()
    assert "no attributes" in text


def test_classes_without_a_vector_are_nothing_to_train_on_and_say_so(workspace, session) -> None:
    table = session.document.table
    assert workspace.commands["train.new_run"].isEnabled()
    session.edits.set_vectors(dict.fromkeys(table.classes, [0.0] * len(table.attributes)))
    assert not workspace.commands["train.new_run"].isEnabled()
    assert "0" in workspace.commands["train.new_run"].toolTip()
    assert "Annotate" in workspace.commands["train.new_run"].toolTip()


def test_another_project_brings_its_own_runs(workspace, session, services, qtbot, tmp_path) -> None:
    finished_run(session.document.project.path, "here")
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 1, timeout=5_000)
    Project.create(tmp_path / "elsewhere").close()
    session.open_project(tmp_path / "elsewhere")
    services.run_monitor.set_project(tmp_path / "elsewhere")
    assert workspace.model.rowCount() == 0
    assert not workspace.empty.isVisible(), "whether it has runs is not known yet"
    qtbot.waitUntil(workspace.empty.isVisible, timeout=5_000)


def test_a_run_at_work_elsewhere_is_listed_before_newer_ones_that_ended(workspace, session, qtbot) -> None:
    going = RunDirectory.create(session.document.project.path, "going", {"recipe": "demo"})
    pid, started = current_process()
    going.write_status(RunStatus(RunState.RUNNING, pid=pid, process_started=started, step=3, steps=9))
    finished_run(session.document.project.path, "ended later")
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 2, timeout=5_000)
    assert [workspace.model.index(row).data() for row in range(2)] == ["going", "ended later"]
    # Only ended by its own process, which is this one: nothing is left to be stopped after the test.
    going.write_status(RunStatus(RunState.FINISHED, step=9, steps=9))


def test_a_key_steers_only_the_run_in_sight(workspace, session, qtbot) -> None:
    going = RunDirectory.create(session.document.project.path, "going", {"recipe": "demo"})
    pid, started = current_process()
    going.write_status(RunStatus(RunState.RUNNING, pid=pid, process_started=started, step=3, steps=9))
    qtbot.waitUntil(workspace.view.isVisible, timeout=5_000)
    assert workspace.commands["train.pause"].isEnabled()
    assert not workspace.commands["train.open_in_explore"].isEnabled(), "it has no checkpoint"
    click(qtbot, workspace, "new_run")
    qtbot.keyClick(workspace.form.recipe, Qt.Key.Key_P)
    assert going.read_commands(0)[0] == []
    going.write_status(RunStatus(RunState.FINISHED, step=9, steps=9))


def test_why_a_run_failed_is_said_once(workspace, session, qtbot) -> None:
    run = RunDirectory.create(session.document.project.path, "failed", {"recipe": "demo"})
    run.log_path.write_text("msdn: There are no images.\n", encoding="utf-8")
    run.write_status(RunStatus(RunState.FAILED, reason="There are no images."))
    qtbot.waitUntil(workspace.view.reason.isVisible, timeout=5_000)
    assert workspace.view.reason.text().count("There are no images.") == 1
    assert "Resume tries again" in workspace.view.reason.text()
    run.write_status(RunStatus(RunState.STOPPED, reason="Stopped by SIGTERM."))
    qtbot.waitUntil(lambda: workspace.view.reason.text() == "Stopped by SIGTERM.", timeout=5_000)
    run.write_status(RunStatus(RunState.STOPPED, reason=BY_COMMAND))
    qtbot.waitUntil(lambda: not workspace.view.reason.isVisible(), timeout=5_000)


QUEUE = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
from pathlib import Path
import fake_trainer
from msdn_core.runs.queue import QueueRunner
def command(run):
    return fake_trainer.command(run, "crash" if run.name.endswith("seed1") else "normal")
QueueRunner(Path({project!r}), command=command).work()
"""


@pytest.fixture
def queueing(session, services, qtbot) -> Iterator[TrainWorkspace]:
    """Train with a queue whose runs are fake ones; those of seed 1 crash."""
    tests = Path(__file__).parents[1]
    code = QUEUE.format(root=str(tests.parent), tests=str(tests), project=str(session.document.project.path))
    made = TrainWorkspace(session, services, queue_command=[sys.executable, "-c", code])
    services.run_monitor.set_project(session.document.project.path)
    made.resize(1208, 640)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.starter.close()
    for run in services.run_monitor.runs:
        if run.status().process_alive:
            psutil.Process(run.status().pid).kill()


def test_a_grid_of_runs_waits_and_is_worked_through_though_one_fails(queueing, services, qtbot) -> None:
    click(qtbot, queueing, "new_run")
    qtbot.keyClicks(queueing.form.name, "many")
    qtbot.keyClicks(queueing.form.grid_line, "seed: 0, 1, 2")
    assert queueing.form.count.text() == "3 runs"
    assert not queueing.form.start.isEnabled(), "several runs can only wait for their turn"
    click(qtbot, queueing, "queue_run")
    assert queueing.form.queue.text() == "Starting …"
    assert not queueing.form.queue.isEnabled()
    monitor = services.run_monitor
    names = ["many-seed0", "many-seed1", "many-seed2"]
    qtbot.waitUntil(lambda: sorted(run.name for run in monitor.runs) == names, timeout=20_000)
    ends = {"many-seed0": RunState.FINISHED, "many-seed2": RunState.FINISHED}
    qtbot.waitUntil(
        lambda: all(monitor.status(name).state is state for name, state in ends.items()),
        timeout=60_000,
    )
    assert monitor.status("many-seed1").state in (RunState.FAILED, RunState.LOST)


def test_a_waiting_run_is_moved_by_keys_and_taken_out(queueing, services, qtbot, session) -> None:
    from msdn_core.runs.queue import hold_queue, queued_runs

    project = session.document.project.path
    hold_queue(project, True)
    click(qtbot, queueing, "new_run")
    qtbot.keyClicks(queueing.form.name, "many")
    qtbot.keyClicks(queueing.form.grid_line, "seed: 0, 2, 3")
    click(qtbot, queueing, "queue_run")
    monitor = services.run_monitor
    qtbot.waitUntil(lambda: monitor.waiting.names == ("many-seed0", "many-seed2", "many-seed3"), timeout=20_000)
    queueing.list.setFocus()
    row = queueing.model.row_of("many-seed3")
    qtbot.mouseClick(queueing.list.viewport(), LEFT, pos=queueing.list.visualRect(queueing.model.index(row)).center())
    qtbot.waitUntil(lambda: queueing.view.title.text() == "many-seed3")
    qtbot.keyClick(queueing.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    order = ["many-seed0", "many-seed3", "many-seed2"]
    qtbot.waitUntil(lambda: [run.name for run in queued_runs(project)] == order, timeout=20_000)
    qtbot.waitUntil(lambda: list(monitor.waiting.names) == order, timeout=20_000)

    click(qtbot, queueing, "cancel_run")
    qtbot.waitUntil(lambda: [run.name for run in queued_runs(project)] == ["many-seed0", "many-seed2"], timeout=20_000)
    qtbot.waitUntil(lambda: monitor.status("many-seed3").state is RunState.CANCELLED, timeout=20_000)


def test_a_grid_that_cannot_be_is_said_in_the_form(queueing, qtbot) -> None:
    click(qtbot, queueing, "new_run")
    qtbot.keyClicks(queueing.form.grid_line, "speed: 1, 2")
    assert "Unknown setting “speed”" in queueing.form.fault.text()
    assert not queueing.form.queue.isEnabled()
    queueing.form.grid_line.clear()
    assert queueing.form.start.isEnabled()
