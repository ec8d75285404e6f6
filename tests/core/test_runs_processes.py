"""The processes of runs: they outlive their starter, and their end is always detected."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
import fake_trainer
from small_run import wait_for as until

from msdn_core.errors import RunError
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import CommandTaken, Ended, RunStarted, StepDone
from msdn_core.runs.launch import launch_training, trainer_command
from msdn_core.runs.listing import list_runs
from msdn_core.runs.status import RunState


@pytest.fixture
def run(tmp_path):
    made = RunDirectory.create(tmp_path, "fake", {"recipe": "demo"})
    yield made
    status = made.status()
    if status.process_alive:
        psutil.Process(status.pid).kill()


def steps(run):
    return sum(isinstance(event, StepDone) for event in run.read_events()[0])


def test_a_run_finishes_and_leaves_no_zombie(run):
    pid = launch_training(run, command=fake_trainer.command(run, "normal"))
    until(lambda: run.status().state is RunState.RUNNING)
    assert run.status().pid == pid
    until(lambda: run.status().state is RunState.FINISHED)
    events, _ = run.read_events()
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], Ended)
    assert steps(run) == fake_trainer.STEPS
    assert "A fake trainer speaks." in run.log_path.read_text(encoding="utf-8")
    until(lambda: not psutil.pid_exists(pid))


def test_a_stop_is_acknowledged_under_its_own_id(run):
    launch_training(run, command=fake_trainer.command(run, "normal"))
    until(lambda: steps(run) > 2)
    identity = run.send("stop")
    until(lambda: run.status().state is RunState.STOPPED)
    assert [e.id for e in run.read_events()[0] if isinstance(e, CommandTaken)] == [identity]
    assert steps(run) < fake_trainer.STEPS


def test_a_crashed_run_is_lost_and_its_events_are_kept(run):
    launch_training(run, command=fake_trainer.command(run, "crash"))
    until(lambda: run.status().state is RunState.LOST)
    assert steps(run) == 5
    assert run.status().state.resumable
    assert "It crashes now." in run.log_path.read_text(encoding="utf-8")


def test_the_heartbeat_shows_a_hanging_trainer(run):
    launch_training(run, command=fake_trainer.command(run, "hang"))
    until(lambda: steps(run) == 5)
    run.send("stop")
    before = run.status().heartbeat
    time.sleep(0.5)
    status = run.status()
    assert status.state is RunState.RUNNING
    assert status.heartbeat == before
    psutil.Process(status.pid).kill()
    until(lambda: run.status().state is RunState.LOST)


def test_invalid_lines_between_events_are_ignored(run):
    launch_training(run, command=fake_trainer.command(run, "garbage"))
    until(lambda: run.status().state is RunState.FINISHED)
    assert steps(run) == fake_trainer.STEPS


def test_a_running_run_cannot_be_started_again(run):
    launch_training(run, command=fake_trainer.command(run, "normal"))
    until(lambda: run.status().state is RunState.RUNNING)
    before = run.status()
    with pytest.raises(RunError, match="already running"):
        launch_training(run, command=fake_trainer.command(run, "normal"))
    assert run.status().pid == before.pid


def test_a_process_that_cannot_be_started_fails_the_run(run):
    with pytest.raises(RunError, match="could not be started"):
        launch_training(run, command=[str(run.path / "no such program")])
    assert run.status().state is RunState.FAILED
    assert run.status().reason


def test_a_process_that_ends_before_its_first_status_fails_the_run(run):
    launch_training(run, command=[sys.executable, "-c", "raise SystemExit(7)"])
    until(lambda: run.status().state is RunState.FAILED)
    assert "status 7" in run.status().reason


def test_a_run_outlives_the_process_that_started_it(run):
    code = (
        "import sys; from pathlib import Path; from msdn_core.runs.directory import RunDirectory\n"
        "from msdn_core.runs.launch import launch_training\n"
        "launch_training(RunDirectory(Path(sys.argv[1])), command=sys.argv[2:])"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    words = [sys.executable, "-c", code, str(run.path), *fake_trainer.command(run, "normal")]
    subprocess.run(words, check=True, timeout=60, env=environment, cwd=root)
    until(lambda: steps(run) > 3)
    until(lambda: run.status().state is RunState.FINISHED)


def test_the_trainers_command_names_project_and_run(run):
    words = trainer_command(run)
    assert words[:4] == [sys.executable, "-m", "msdn_core", "train"]
    assert words[4:] == [str(run.project_path), "--run-directory", str(run.path)]


def test_runs_and_settings_are_available_without_torch(run):
    code = (
        "import sys, msdn_core.runs.launch, msdn_core.runs.listing, msdn_core.recipes.config\n"
        "sys.exit(sum(name in sys.modules for name in ('torch', 'PySide6')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], timeout=60).returncode == 0
    assert [entry.name for entry in list_runs(run.project_path)] == ["fake"]
