"""Training runs: they learn, follow commands, are resumed, and explain failures in a sentence."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import filelock
import numpy as np
import pytest
import small_run
import torch
from small_run import events_of, new_run, stop_at, wait_for

from msdn_core.errors import RunError
from msdn_core.msdn.checkpoint import load_network, load_tensors
from msdn_core.project import Project
from msdn_core.runs.events import (
    CheckpointSaved,
    CommandTaken,
    Ended,
    Evaluated,
    MachineUse,
    RunStarted,
    StepDone,
)
from msdn_core.runs.header import read_header
from msdn_core.runs.launch import launch_training
from msdn_core.runs.status import RunState
from msdn_core.training import loop, machine_use, trainer
from msdn_core.training.loop import run_training


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return small_run.make_project(tmp_path_factory.mktemp("made") / "birds")


@pytest.fixture
def project(made, tmp_path):
    shutil.copytree(made, tmp_path / "birds")
    return tmp_path / "birds"


@pytest.fixture(autouse=True)
def gentle(monkeypatch):
    """Write the events of every step."""
    monkeypatch.setattr(loop, "_REPORT_S", 0.0)


def assert_same_weights(one, other):
    first, second = load_tensors(one), load_tensors(other)
    assert set(first) == set(second)
    for name, value in first.items():
        assert torch.equal(value, second[name]), name


def test_a_run_learns_and_emits_its_events(project):
    run = new_run(project, steps=200, evaluate_every=50)
    assert run_training(run) is RunState.FINISHED
    steps = events_of(run, StepDone)
    assert [event.step for event in steps] == list(range(1, 201))
    assert set(steps[0].losses) == {"ce_av", "ce_va", "calibration_av", "calibration_va", "jsd", "l2", "total"}
    assert np.mean([e.losses["total"] for e in steps[-20:]]) < 0.7 * np.mean([e.losses["total"] for e in steps[:20]])
    started = events_of(run, RunStarted)[0]
    assert (started.variant, started.sub_nets) == ("official", "both")
    on = [event.on for event in events_of(run, Evaluated)]
    assert on == ["validation"] * 4 + ["test"], "the test split is touched once, at the end"
    test = events_of(run, Evaluated)[-1]
    assert test.selected_on == "validation"
    assert test.figures["czsl"] > 0.5
    status = run.status()
    assert (status.state, status.step, status.steps) == (RunState.FINISHED, 200, 200)
    assert status.figures["on"] == "test"
    assert status.figures["H"] == test.figures["H"]
    assert isinstance(run.read_events()[0][-1], Ended)


def test_a_run_reports_its_machine_use(project, monkeypatch):
    monkeypatch.setattr(machine_use, "_EVERY_S", 0.0)
    run = new_run(project, steps=12)
    run_training(run)
    uses = events_of(run, MachineUse)
    assert [use.step for use in uses] == list(range(1, 13))
    assert 0 < uses[-1].memory < uses[-1].memory_total
    assert 0 < max(use.cpu for use in uses) <= 100
    assert uses[-1].gpu is uses[-1].gpu_memory is None, "it trains on no GPU"


def test_the_best_checkpoint_is_selected_on_validation_and_labelled(project):
    run = new_run(project, steps=120, evaluate_every=20)
    run_training(run)
    validated = [event for event in events_of(run, Evaluated) if event.on == "validation"]
    best = max(validated, key=lambda event: event.figures["H"])
    header = read_header(run.checkpoint("best"))
    assert (header.step, header.selected_on, header.run) == (best.step, "validation", run.name)
    assert header.figures["validation"]["H"] == best.figures["H"]
    assert header.figures["test"]["H"] == run.status().figures["H"]
    assert read_header(run.checkpoint("last")).step == 120
    load_network(run.checkpoint("best"))


def test_data_json_describes_the_training_data(project):
    run = new_run(project, steps=2)
    run_training(run)
    known = run.data()
    assert known["images"]["train"]["count"] == 72
    assert known["images"]["test"]["count"] == 24 + 32
    assert known["features"]["backbone"]["name"] == "by-hand"
    assert known["device"] == "cpu"
    assert "torch" in known["versions"]
    again = new_run(project, steps=2)
    run_training(again)
    assert again.data() == known
    assert known["splits"]["known_as"] == "", "these are the published splits of no data set"
    header = read_header(run.checkpoint("best"))
    assert header.made == {"config": run.config(), "data": known}
    reseeded = new_run(project, steps=2, seed=1)
    run_training(reseeded)
    assert reseeded.data()["validation"] != known["validation"], "what is validated on is drawn by the seed"
    assert {**reseeded.data(), "validation": known["validation"]} == known
    with Project.open(project) as opened:
        opened.set_values([("class15", 0, 0.25)])
    changed = new_run(project, steps=2)
    run_training(changed)
    assert changed.data()["classes"]["fingerprint"] != known["classes"]["fingerprint"]


def test_the_same_seed_gives_the_same_run_and_another_seed_another(project):
    runs = [new_run(project, steps=30, seed=seed) for seed in (3, 3, 4)]
    for run in runs:
        run_training(run)
    one, same, other = (load_tensors(run.checkpoint("last")) for run in runs)
    assert all(torch.equal(value, same[name]) for name, value in one.items())
    assert not torch.equal(one["network.V"], other["network.V"])


def test_a_stopped_and_resumed_run_equals_an_uninterrupted_one(project):
    whole, broken = new_run(project), new_run(project)
    run_training(whole)
    assert run_training(broken, listener=stop_at(broken, 23)) is (RunState.STOPPED)
    assert 23 <= broken.status().step < 60
    assert read_header(broken.checkpoint("last")).step == broken.status().step
    assert [event.command for event in events_of(broken, CommandTaken)] == ["stop"]
    assert events_of(broken, Ended)[-1].state == "stopped"
    assert run_training(broken) is RunState.FINISHED
    assert [event.resumed for event in events_of(broken, RunStarted)] == [False, True]
    assert_same_weights(whole.checkpoint("last"), broken.checkpoint("last"))
    assert_same_weights(whole.checkpoint("best"), broken.checkpoint("best"))
    assert whole.status().figures == broken.status().figures


def test_cancel_deletes_nothing(project):
    run = new_run(project)
    ended = run_training(run, listener=stop_at(run, 23, "cancel"))
    assert ended is run.status().state is RunState.CANCELLED
    assert run.checkpoint("last")
    assert run.checkpoint("best")
    assert events_of(run, StepDone)


def test_pause_and_resume_are_acknowledged_soon_and_change_nothing(project):
    whole, paused = new_run(project, steps=400), new_run(project, steps=400)
    run_training(whole)
    runner = threading.Thread(target=run_training, args=(paused,))
    runner.start()
    wait_for(lambda: len(events_of(paused, StepDone)) > 5)
    identity = paused.send("pause")
    wait_for(lambda: [e.id for e in events_of(paused, CommandTaken)] == [identity])
    wait_for(lambda: paused.status().state is RunState.PAUSED)
    asked = paused.status()
    # The step that it was in the middle of is over once it has shown that it lives.
    wait_for(lambda: paused.status().heartbeat > asked.heartbeat)
    before = paused.status()
    steps = len(events_of(paused, StepDone))
    # A paused run shows that it is alive, and takes no step.
    wait_for(lambda: paused.status().heartbeat > before.heartbeat)
    assert len(events_of(paused, StepDone)) == steps
    paused.send("resume")
    wait_for(lambda: paused.status().state is not RunState.PAUSED)
    runner.join(60)
    assert paused.status().state is RunState.FINISHED
    assert_same_weights(whole.checkpoint("last"), paused.checkpoint("last"))


def test_a_paused_run_can_be_stopped(project):
    run = new_run(project, steps=100_000, evaluate_every=100_000)
    runner = threading.Thread(target=run_training, args=(run,))
    runner.start()
    wait_for(lambda: bool(events_of(run, StepDone)))
    run.send("pause")
    wait_for(lambda: run.status().state is RunState.PAUSED)
    run.send("stop")
    runner.join(30)
    assert run.status().state is RunState.STOPPED


def test_a_checkpoint_is_saved_on_command(project):
    run = new_run(project, steps=100_000, evaluate_every=100_000)
    runner = threading.Thread(target=run_training, args=(run,))
    runner.start()
    wait_for(lambda: bool(events_of(run, StepDone)))
    assert run.checkpoint("last") is None
    run.send("checkpoint")
    wait_for(lambda: bool(events_of(run, CheckpointSaved)))
    assert events_of(run, CheckpointSaved)[0].kind == "last"
    assert run.checkpoint("last")
    run.send("stop")
    runner.join(30)


def test_a_stop_command_during_the_start_is_followed(project):
    run = new_run(project)
    run.send("stop")
    assert run_training(run) is RunState.STOPPED
    assert run_training(run) is RunState.FINISHED, "and one that was meant for the process before is not"


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is what POSIX systems have")
def test_a_killed_run_is_lost_and_resumes_to_the_same_result(project, monkeypatch):
    settings = {"steps": 1000, "evaluate_every": 200, "selection": "last"}
    whole, killed = new_run(project, **settings), new_run(project, **settings)
    words = [sys.executable, "-m", "msdn_core", "train", str(project), "--run-directory"]
    root = Path(__file__).parents[2]
    with subprocess.Popen([*words, str(killed.path)], cwd=root, stdout=subprocess.DEVNULL) as process:
        wait_for(lambda: any(e.step >= 300 for e in events_of(killed, StepDone)), within=60)
        process.send_signal(signal.SIGKILL)
    assert killed.status().state is RunState.LOST
    assert killed.status().state.resumable
    saved = read_header(killed.checkpoint("last")).step
    assert 200 <= saved < 1000
    launch_training(killed)
    wait_for(lambda: not killed.status().state.alive, within=60)
    assert killed.status().state is RunState.FINISHED, killed.status().reason
    assert events_of(killed, RunStarted)[-1].step == saved
    # As in the other process, which does not report every step.
    monkeypatch.setattr(loop, "_REPORT_S", 0.25)
    assert run_training(whole) is RunState.FINISHED
    assert_same_weights(whole.checkpoint("last"), killed.checkpoint("last"))


def test_a_run_stopped_during_its_evaluation_repeats_it(project, monkeypatch):
    whole, broken = new_run(project), new_run(project)
    run_training(whole)
    measure = trainer.Trainer._measure

    def interrupted(self, part, control):
        if self.step == 40:
            raise loop.StopRequested(RunState.STOPPED)
        return measure(self, part, control)

    with monkeypatch.context() as patch:
        patch.setattr(trainer.Trainer, "_measure", interrupted)
        assert run_training(broken) is RunState.STOPPED
    run_training(broken)
    assert [e.step for e in events_of(broken, Evaluated)] == [e.step for e in events_of(whole, Evaluated)]
    assert_same_weights(whole.checkpoint("best"), broken.checkpoint("best"))


def test_two_processes_never_train_in_one_directory(project):
    run = new_run(project)
    with filelock.FileLock(run.path / "run.lock"), pytest.raises(RunError, match="already running"):
        run_training(run)
    assert run.status().state is RunState.STARTING, "the other one's status is left alone"
    assert events_of(run, Ended) == []


@pytest.mark.parametrize("sampling", ["permutation", "epoch", "class_random", "class_balanced"])
@pytest.mark.parametrize("selection", ["last", "best_on_test"])
def test_every_sampling_and_selection_finishes(project, sampling, selection):
    run = new_run(project, steps=6, evaluate_every=3, sampling=sampling, selection=selection)
    assert run_training(run) is RunState.FINISHED, run.status().reason
    expected = {"last": ("last step", ["test"]), "best_on_test": ("test", ["test"] * 3)}[selection]
    assert (read_header(run.checkpoint("best")).selected_on, [e.on for e in events_of(run, Evaluated)]) == expected


@pytest.mark.parametrize(("seen", "unseen", "images"), [(2, 0, 2), (2, 1, 4), (3, 2, 1), (12, 0, 8), (7, 2, 2)])
def test_small_projects_train_without_errors(tmp_path, seen, unseen, images):
    project = small_run.make_project(tmp_path / "small", seen=seen, unseen=unseen, images=images)
    run = new_run(project, steps=4, evaluate_every=2)
    assert run_training(run) is RunState.FINISHED, run.status().reason
    text = json.dumps([dict(event.figures) for event in events_of(run, Evaluated)], allow_nan=False)
    assert "H" in text or not events_of(run, Evaluated)
    assert run.checkpoint("best")


def test_classes_without_images_take_part_and_images_without_a_class_do_not(project):
    with Project.open(project) as opened:
        opened.add_class("dreamt of", np.eye(12)[0])
        opened.remove_class("class00")
    run = new_run(project, steps=4)
    assert run_training(run) is RunState.FINISHED, run.status().reason
    header = read_header(run.checkpoint("best"))
    assert "dreamt of" in header.classes
    assert not header.seen[header.classes.index("dreamt of")]
    assert run.data()["images"]["train"]["count"] == 66


def test_a_run_in_bfloat16_comes_close_to_one_in_float32(project):
    losses = []
    for precision in ("float32", "bfloat16"):
        run = new_run(project, precision=precision)
        assert run_training(run) is RunState.FINISHED
        losses.append(events_of(run, StepDone)[-1].losses["total"])
    assert losses[0] != losses[1]
    assert losses[1] == pytest.approx(losses[0], rel=0.1)


def test_a_failing_gpu_driver_does_not_fail_the_run(monkeypatch):
    class DriverError(Exception):
        pass

    def busy(_):
        asked.append(1)
        raise DriverError

    asked = []
    monkeypatch.setattr(machine_use, "_EVERY_S", 0.0)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda _: 3 * 10**9)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (10**9, 80 * 10**9))
    monkeypatch.setattr(torch.cuda, "utilization", busy)
    meter = machine_use.MachineMeter(torch.device("cuda"))
    uses = [meter.measure(step) for step in (1, 2)]
    assert (uses[1].gpu, uses[1].gpu_memory, uses[1].gpu_memory_total) == (None, 3e9, 80e9)
    assert len(asked) == 1, "it is not asked again"
