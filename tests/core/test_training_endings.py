"""A run that is told something says at once that it heard, and does it soon, whatever it is in the middle of."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import small_run
from small_run import new_run, told, wait_for

from msdn_core.runs.events import CommandTaken
from msdn_core.runs.status import RunState
from msdn_core.training import loop, trainer
from msdn_core.training.loop import run_training

STUCK_S = 30.0
"""How long the thing would take that the command comes into the middle of."""


def slow_step(monkeypatch, reached: threading.Event) -> None:
    """A step as one of a large network on a busy machine: nothing asks in the middle of it."""
    take_step = trainer.Trainer.take_step

    def slow(self):
        if self.step == 3:
            reached.set()
            time.sleep(4.0)
        return take_step(self)

    monkeypatch.setattr(trainer.Trainer, "take_step", slow)


def slow_evaluation(monkeypatch, reached: threading.Event) -> None:
    """Many batches on the validation part."""
    monkeypatch.setattr(trainer, "score_rows", lambda *_, on_batch, **__: endless(reached, on_batch))


def slow_test(monkeypatch, reached: threading.Event) -> None:
    """The test at the end of a run, over many images."""
    monkeypatch.setattr(loop, "evaluate", lambda *_, on_batch, **__: endless(reached, on_batch))


def slow_loading(monkeypatch, reached: threading.Event) -> None:
    """A download of weights that hangs, and never asks."""

    def load(*_, **__):
        reached.set()
        time.sleep(STUCK_S)

    monkeypatch.setattr(loop, "load_data", load)


def endless(reached: threading.Event, on_batch: Callable[[], None]) -> None:
    reached.set()
    until = time.monotonic() + STUCK_S
    while time.monotonic() < until:
        on_batch()
        time.sleep(0.05)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return small_run.make_project(tmp_path_factory.mktemp("endings") / "birds")


def at_work(project, monkeypatch, make_slow):
    """A run that trains on a thread and has reached what takes long."""
    reached = threading.Event()
    make_slow(monkeypatch, reached)
    run = new_run(project, steps=6, evaluate_every=5)
    thread = threading.Thread(target=run_training, args=(run,))
    thread.start()
    assert reached.wait(30)
    return run, thread


def acknowledged(run, identity: str) -> bool:
    return any(event.id == identity for event in told(run, CommandTaken))


@pytest.mark.parametrize("make_slow", [slow_step, slow_evaluation, slow_test, slow_loading])
@pytest.mark.parametrize(("command", "state"), [("stop", RunState.STOPPED), ("cancel", RunState.CANCELLED)])
def test_an_ending_is_acknowledged_at_once_and_done_soon(project, monkeypatch, make_slow, command, state):
    monkeypatch.setattr(loop, "_LEAVE_S", 1.0)
    run, thread = at_work(project, monkeypatch, make_slow)
    asked = time.monotonic()
    identity = run.send(command)
    wait_for(lambda: acknowledged(run, identity))
    # A second is promised; a busy machine is given two more. A slow step takes four.
    assert time.monotonic() - asked < 3.0
    thread.join(STUCK_S)
    assert time.monotonic() - asked < 10.0
    assert run.status().state is state
    if make_slow is not slow_loading:
        assert run.checkpoint("last") is not None


@pytest.mark.parametrize("make_slow", [slow_evaluation, slow_test])
def test_a_pause_in_the_middle_of_an_evaluation_holds_until_it_is_taken_back(project, monkeypatch, make_slow):
    run, thread = at_work(project, monkeypatch, make_slow)
    run.send("pause")
    wait_for(lambda: run.status().state is RunState.PAUSED)
    before = run.status().heartbeat
    wait_for(lambda: run.status().heartbeat > before)
    assert run.status().state is RunState.PAUSED, "it still lives, and waits"
    run.send("resume")
    wait_for(lambda: run.status().state is RunState.RUNNING)
    run.send("stop")
    thread.join(STUCK_S)
    assert run.status().state is RunState.STOPPED
