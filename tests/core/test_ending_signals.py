"""SIGTERM, SIGHUP and Ctrl+C stop a run as the command does: it saves, and can be resumed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import small_run
from small_run import at_step, events_of, new_run, wait_for

sys.path.insert(0, str(Path(__file__).parents[1]))
import fake_trainer

from msdn_core.ending_signals import EndingSignals
from msdn_core.errors import RunError
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Ended, StepDone
from msdn_core.runs.header import read_header
from msdn_core.runs.queue import QueueRunner, is_queue_running
from msdn_core.runs.status import RunState
from msdn_core.training import trainer
from msdn_core.training.loop import run_training

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def heeded():
    """A test runner in the background may have been started with signals ignored."""
    before = {name: signal.signal(getattr(signal, name), signal.default_int_handler) for name in NAMES}
    yield
    for name, handler in before.items():
        assert signal.signal(getattr(signal, name), handler) is signal.default_int_handler, "left as it was"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return small_run.make_project(tmp_path_factory.mktemp("signals") / "birds", seen=4, unseen=2, images=4)


def send(name: str) -> None:
    os.kill(os.getpid(), getattr(signal, name))


@pytest.mark.parametrize("name", NAMES)
def test_a_signal_saves_the_step_and_stops_the_run_which_is_resumed(project, name):
    run = new_run(project, steps=30, evaluate_every=15)
    assert run_training(run, listener=at_step(5, lambda: send(name))) is RunState.STOPPED
    status = run.status()
    assert status.state is RunState.STOPPED
    assert status.state.resumable
    assert status.reason.startswith("Stopped ")
    assert events_of(run, Ended)[-1].reason == status.reason
    assert read_header(run.checkpoint("last")).step == status.step < 30
    assert run_training(run) is RunState.FINISHED


def test_a_signal_in_the_middle_of_a_step_lets_it_finish(project, monkeypatch):
    taken = []
    loss = trainer.msdn_loss

    def interrupted(*given, **settings):
        if len(taken) == 3:
            send("SIGTERM")
        taken.append(1)
        return loss(*given, **settings)

    monkeypatch.setattr(trainer, "msdn_loss", interrupted)
    run = new_run(project, steps=30, evaluate_every=15)
    assert run_training(run) is RunState.STOPPED
    assert read_header(run.checkpoint("last")).step == len(taken) == 4


def test_a_second_ctrl_c_ends_without_waiting(project, monkeypatch):
    def endless(*_, **__):
        for _ in range(2):
            send("SIGINT")
        time.sleep(60)

    monkeypatch.setattr(trainer.Trainer, "take_step", endless)
    run = new_run(project)
    assert run_training(run) is RunState.STOPPED
    assert run.status().state is RunState.STOPPED


def test_signals_that_the_process_ignores_stay_ignored():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with EndingSignals() as signals:
        send("SIGHUP")
    assert signals.received is None
    assert signal.signal(signal.SIGHUP, signal.default_int_handler) is signal.SIG_IGN


def test_a_trainer_that_is_still_loading_is_stopped(project):
    run = new_run(project, steps=100_000)
    words = [sys.executable, "-m", "msdn_core", "train", str(project), "--run-directory", str(run.path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_for(lambda: run.status().pid == process.pid, within=60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    assert run.status().state is RunState.STOPPED


@pytest.mark.parametrize("name", NAMES)
def test_a_signal_to_the_queue_stops_its_run_and_keeps_the_others(tmp_path, name):
    runs = [RunDirectory.create(tmp_path, one, {"recipe": "demo"}, state=RunState.QUEUED) for one in ("one", "two")]

    def signal_later() -> None:
        wait_for(lambda: bool(events_of(runs[0], StepDone)), within=60)
        send(name)

    thread = threading.Thread(target=signal_later)
    thread.start()
    runner = QueueRunner(tmp_path, command=lambda run: fake_trainer.command(run, "normal"))
    with pytest.raises(RunError, match="waiting runs are kept"):
        runner.work()
    thread.join()
    assert [run.status().state for run in runs] == [RunState.STOPPED, RunState.QUEUED]
    assert not is_queue_running(tmp_path)
