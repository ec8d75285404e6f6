"""Two ranks of torchrun compute what one process computes, and a lost rank ends the run with a sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest
import small_run
import torch
from PIL import Image
from small_run import events_of, new_run, wait_for

from msdn_core.backbones.extraction import extract_features
from msdn_core.backbones.loading import load_backbone
from msdn_core.domain.annotation import Split
from msdn_core.msdn.checkpoint import load_network, load_tensors
from msdn_core.project import NewImage, Project
from msdn_core.runs.events import CommandTaken, Evaluated, Message, RunStarted, StepDone
from msdn_core.runs.header import read_header
from msdn_core.runs.status import RunState
from msdn_core.training.loop import run_training
from msdn_core.vision.features import DONE, MANIFEST, MAPS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="torchrun and signals are what POSIX systems have")

ROOT = Path(__file__).parents[2]
# An evaluation each step tells the loss of each step; seven images are three and four, and a round ends with one
# image alone, which leaves one rank without any.
# The weights of all that is no mean over images are high, so that a wrong gradient shows.
SETTINGS = {
    "steps": 30,
    "evaluate_every": 1,
    "batch_size": 7,
    "sampling": "epoch",
    "lambda_cal": 1.0,
    "lambda_distill": 1.0,
    "lambda_map": 1.0,
    "lambda_taught": 1.0,
    "taught_images": 3,
    # With its dropout: each rank drops the part of what one process drops that belongs to its rows.
    "pooled_weight": 0.3,
}
LONG = {"steps": 100_000, "evaluate_every": 100_000}


@contextmanager
def two_ranks(*words: object, timeout_s: float = 60.0) -> Iterator[subprocess.Popen[str]]:
    """``python -m msdn_core`` with these words, on two ranks; none of them is left behind."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]
    environment = {**os.environ, "MSDN_RANK_TIMEOUT": str(timeout_s), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [*command, "msdn_core", *map(str, words)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for one in [*psutil.Process(process.pid).children(recursive=True)] if process.poll() is None else []:
            one.kill()
        process.kill()
        process.communicate()


def finished(process: subprocess.Popen[str]) -> str:
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 0, output
    return output


def training_in(run):
    return two_ranks("train", run.project_path, "--run-directory", run.path, timeout_s=60)


def other_rank(process, run) -> psutil.Process:
    """The process of rank 1."""
    ranks = psutil.Process(process.pid).children()
    return next(rank for rank in ranks if rank.pid != run.status().pid and "msdn_core" in " ".join(rank.cmdline()))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return small_run.make_project(tmp_path_factory.mktemp("made") / "birds")


@pytest.fixture(scope="module")
def shared_run(project):
    """A run that two ranks trained from its start to its end."""
    run = new_run(project, **SETTINGS)
    with training_in(run) as process:
        finished(process)
    return run


def test_two_ranks_take_the_steps_of_one_process(project, shared_run):
    alone = new_run(project, **SETTINGS)
    assert run_training(alone) is shared_run.status().state is RunState.FINISHED
    ours, theirs = events_of(alone, StepDone), events_of(shared_run, StepDone)
    assert [event.step for event in ours] == [event.step for event in theirs] == list(range(1, 31))
    for one, two in zip(ours, theirs, strict=True):
        assert two.losses == pytest.approx(one.losses, abs=1e-4), one.step
    for one, two in zip(events_of(alone, Evaluated), events_of(shared_run, Evaluated), strict=True):
        assert two.figures == pytest.approx(one.figures, abs=1e-6), one.step
    weights = load_network(alone.checkpoint("last"))[0].state_dict()
    for name, value in load_network(shared_run.checkpoint("last"))[0].state_dict().items():
        # On the mean: RMSprop makes much of a gradient that is nothing but rounding.
        assert (value - weights[name]).abs().mean() < 1e-5, name
    assert (alone.data().get("ranks"), shared_run.data()["ranks"]) == (None, 2)
    assert len(events_of(shared_run, RunStarted)) == 1, "rank 0 alone writes the run's directory"
    assert any("2 processes" in event.text for event in events_of(shared_run, Message))


def test_a_killed_rank_fails_the_run_and_two_new_ranks_resume_it(project, shared_run):
    run = new_run(project, **SETTINGS)
    with training_in(run) as process:
        wait_for(lambda: any(event.step >= 10 for event in events_of(run, StepDone)), within=60)
        other_rank(process, run).kill()
        assert process.wait(timeout=60) != 0
    status = run.status()
    assert status.state is RunState.FAILED
    assert "start them again to resume" in status.reason
    assert "\n" not in status.reason
    saved = read_header(run.checkpoint("last")).step
    assert 9 <= saved < 30
    with two_ranks("train", project, "--name", run.name, "--resume") as process:
        assert "CZSL" in finished(process)
    assert [event.step for event in events_of(run, RunStarted)] == [0, saved]
    undisturbed = load_tensors(shared_run.checkpoint("last"))
    for name, value in load_tensors(run.checkpoint("last")).items():
        assert torch.equal(value, undisturbed[name]), name


def test_both_ranks_pause_resume_and_stop_on_command(project):
    run = new_run(project, **LONG)
    with training_in(run) as process:
        wait_for(lambda: bool(events_of(run, StepDone)), within=60)
        run.send("pause")
        wait_for(lambda: run.status().state is RunState.PAUSED)
        paused_at = len(events_of(run, StepDone))
        heartbeat = run.status().heartbeat
        wait_for(lambda: run.status().heartbeat > heartbeat)
        assert len(events_of(run, StepDone)) == paused_at
        run.send("resume")
        wait_for(lambda: len(events_of(run, StepDone)) > paused_at)
        run.send("stop")
        finished(process)
    assert run.status().state is RunState.STOPPED
    assert [event.command for event in events_of(run, CommandTaken)] == ["pause", "resume", "stop"]
    assert read_header(run.checkpoint("last")).step == run.status().step


def test_a_hanging_rank_is_waited_for_no_longer_than_the_timeout(project):
    run = new_run(project, **LONG)
    with two_ranks("train", project, "--run-directory", run.path, timeout_s=10) as process:
        wait_for(lambda: bool(events_of(run, StepDone)), within=60)
        hanging = other_rank(process, run)
        hanging.send_signal(signal.SIGSTOP)
        wait_for(lambda: run.status().state is RunState.FAILED, within=60)
        hanging.send_signal(signal.SIGCONT)
        assert process.wait(timeout=60) != 0
    assert "lost their connection" in run.status().reason


def test_two_ranks_write_identical_feature_files(tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    # Five batches, the last of them short, and images that cannot be opened on either rank.
    names = [f"{index:03}.png" for index in range(140)]
    for index, name in enumerate(names):
        noise = np.random.default_rng(index).integers(0, 256, (64, 80, 3), dtype=np.uint8)
        Image.fromarray(noise).save(pictures / name)
    for name in ("035.png", "003.png", "139.png"):
        (pictures / name).write_bytes((pictures / name).read_bytes()[:60])
    with Project.create(tmp_path / "project") as project:
        project.add_images(project.add_image_root(pictures), [NewImage(name, None, Split.NONE) for name in names])
    backbone = load_backbone("lite0", size=64, device="cpu")
    before = torch.get_num_threads()
    # As each rank has: sums over other numbers of threads are rounded in another order.
    torch.set_num_threads(1)
    try:
        folder = extract_features(tmp_path / "project", backbone).folder
    finally:
        torch.set_num_threads(before)
    files = (MAPS, DONE, MANIFEST)
    alone = [(folder / file).read_bytes() for file in files]
    for file in files:
        (folder / file).unlink()
    with two_ranks("features", tmp_path / "project", "--size", 64, "--device", "cpu") as process:
        assert finished(process).count("137 images") == 1, "rank 0 speaks for both"
    assert [(folder / file).read_bytes() for file in files] == alone
    assert sorted(np.frombuffer(alone[1], np.uint8).tolist())[-3:] == [2, 2, 2]


def test_a_signal_to_torchrun_stops_and_saves_the_run(project):
    run = new_run(project, **LONG)
    with training_in(run) as process:
        wait_for(lambda: bool(events_of(run, StepDone)), within=60)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
    status = run.status()
    assert (status.state, "SIGTERM" in status.reason) == (RunState.STOPPED, True), status.reason
    assert read_header(run.checkpoint("last")).step == status.step > 0
