"""One configuration gives one result on one processor, to the last digit, killed in between or not."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import small_run
import torch
from small_run import events_of, new_run

from msdn_core.evaluation.evaluate import evaluate
from msdn_core.msdn.checkpoint import load_tensors
from msdn_core.runs.events import Evaluated, RunStarted, StepDone

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="children are forked and killed with SIGKILL")

STEPS, EVERY, DEATHS = 40, 10, 5
PLACES = ("before step", "after step", "evaluation", "writing")
SETTINGS = {
    "official": {},
    "paper": {"variant": "paper", "sampling": "epoch"},
    "baseline": {"sub_nets": "none", "momentum": 0.0, "selection": "last"},
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Of each configuration two undisturbed runs and one killed at random moments; and the seed of those."""
    project = small_run.make_project(tmp_path_factory.mktemp("same") / "birds")
    seed = int.from_bytes(os.urandom(4), "big")
    draw = random.Random(seed)
    made, jobs = {}, {}
    for name, settings in SETTINGS.items():
        made[name] = [new_run(project, steps=STEPS, evaluate_every=EVERY, **settings) for _ in range(3)]
        # Each death lies behind the one before, or a run that is not far enough would not meet it.
        deaths = [(step, draw.choice(PLACES)) for step in sorted(draw.sample(range(1, STEPS), DEATHS))]
        jobs |= {str(run.path): [] for run in made[name]}
        jobs[str(made[name][2].path)] = [*deaths, (0, "test")]
    script, root = Path(__file__).with_name("kill_and_resume.py"), Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, str(script), json.dumps(jobs)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"deaths of seed {seed}: {jobs}\n{done.stderr[-2000:]}"
    assert int(done.stdout) >= len(SETTINGS) * DEATHS - 3, f"hardly any child was killed: {jobs}"
    return made, f"the deaths were {jobs}"


def assert_same_weights(one, other, message):
    for kind in ("last", "best"):
        first, second = load_tensors(one.checkpoint(kind)), load_tensors(other.checkpoint(kind))
        assert first.keys() == second.keys(), message
        for name, value in first.items():
            assert torch.equal(value, second[name]), f"{kind} {name}: {message}"


def film(run):
    """Every frame of its film, to the bit."""
    return (run.path / "film" / "frames.bin").read_bytes()


def numbers(run):
    """Every loss of every step and every figure, without the times."""
    losses = [(event.step, dict(event.losses)) for event in events_of(run, StepDone)]
    figures = [(event.step, event.on, dict(event.figures)) for event in events_of(run, Evaluated)]
    return losses, figures


@pytest.mark.parametrize("name", SETTINGS)
def test_two_processes_give_the_same_numbers_to_the_last_digit(runs, name):
    one, other, _ = runs[0][name]
    assert_same_weights(one, other, "undisturbed")
    assert numbers(one) == numbers(other)
    assert film(one) == film(other)
    assert [step for step, _ in numbers(one)[0]] == list(range(1, STEPS + 1))
    found = [evaluate(run.project_path, run.checkpoint("best")) for run in (one, other)]
    for result in found:
        # The file's digest covers the run's name.
        result.pop("run"), result["measured"].pop("checkpoint")
    texts = [json.dumps(result, sort_keys=True, default=asdict) for result in found]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_run_killed_at_random_moments_ends_with_the_same_weights_bit_for_bit(runs, name):
    whole, _, killed = runs[0][name]
    assert len(events_of(killed, RunStarted)) > 3
    assert_same_weights(whole, killed, runs[1])
    assert whole.status().figures == killed.status().figures
    # Events of steps after the last checkpoint are written twice; the last one of each step is the same.
    assert dict(numbers(killed)[0]) == dict(numbers(whole)[0])
    assert film(killed) == film(whole), runs[1]
