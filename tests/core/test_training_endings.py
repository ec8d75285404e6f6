"""Commands to a run are acknowledged at once and followed soon, whatever the run is doing."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
import small_run
from small_run import events_of, new_run, wait_for

from msdn_core.runs.events import CommandTaken
from msdn_core.runs.status import RunState
from msdn_core.training import loading, loop, trainer
from msdn_core.training.loop import run_training

if TYPE_CHECKING:
    from collections.abc import Callable

STUCK_S = 60.0
"""How long the thing takes that the command comes into the middle of, unless it is let go."""


class Slow:
    """Something that takes long: a test waits until it was reached, and may let it go."""

    def __init__(self) -> None:
        self.reached, self.let_go = threading.Event(), threading.Event()

    def wait(self, on_batch: Callable[[], None] = lambda: None) -> None:
        """Take long; ``on_batch`` is what a trainer asks in the middle of it."""
        self.reached.set()
        until = time.monotonic() + STUCK_S
        while time.monotonic() < until and not self.let_go.wait(0.05):
            on_batch()


def slow_step(monkeypatch, slow: Slow) -> None:
    """A step as one of a large network on a busy machine: nothing asks in the middle of it."""
    take_step = trainer.Trainer.take_step

    def take(self):
        if self.step == 3:
            slow.wait()
        return take_step(self)

    monkeypatch.setattr(trainer.Trainer, "take_step", take)


def slow_evaluation(monkeypatch, slow: Slow) -> None:
    """Many batches on the validation part."""
    monkeypatch.setattr(trainer, "score_rows", lambda *_, on_batch, **__: slow.wait(on_batch))


def slow_test(monkeypatch, slow: Slow) -> None:
    """The test at the end of a run, over many images."""
    monkeypatch.setattr(loop, "evaluate", lambda *_, on_batch, **__: slow.wait(on_batch))


def slow_loading(monkeypatch, slow: Slow) -> None:
    """A download of weights that hangs, and never asks."""
    monkeypatch.setattr(loading, "load_data", lambda *_, **__: slow.wait())


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return small_run.make_project(tmp_path_factory.mktemp("endings") / "birds")


def at_work(project, monkeypatch, make_slow):
    """A run that trains on a thread and has reached what takes long."""
    slow = Slow()
    make_slow(monkeypatch, slow)
    run = new_run(project, steps=6, evaluate_every=5)
    thread = threading.Thread(target=run_training, args=(run,))
    thread.start()
    assert slow.reached.wait(30)
    return run, thread, slow


def acknowledged(run, identity: str) -> bool:
    return any(event.id == identity for event in events_of(run, CommandTaken))


@pytest.mark.parametrize("make_slow", [slow_step, slow_evaluation, slow_test, slow_loading])
@pytest.mark.parametrize(("command", "state"), [("stop", RunState.STOPPED), ("cancel", RunState.CANCELLED)])
def test_stop_and_cancel_are_acknowledged_at_once_and_followed_soon(project, monkeypatch, make_slow, command, state):
    monkeypatch.setattr(loading, "_LEAVE_S", 0.3)
    run, thread, slow = at_work(project, monkeypatch, make_slow)
    identity = run.send(command)
    # In the middle of it: half of the time for which it is stuck is many times what is promised.
    wait_for(lambda: acknowledged(run, identity), within=STUCK_S / 2)
    if make_slow is slow_step:
        slow.let_go.set()
    # The others are left though nobody lets them go.
    thread.join(STUCK_S / 2)
    assert run.status().state is state
    slow.let_go.set()
    if make_slow is not slow_loading:
        assert run.checkpoint("last") is not None


@pytest.mark.parametrize("make_slow", [slow_evaluation, slow_test])
def test_a_pause_during_an_evaluation_lasts_until_resumed(project, monkeypatch, make_slow):
    run, thread, _ = at_work(project, monkeypatch, make_slow)
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
