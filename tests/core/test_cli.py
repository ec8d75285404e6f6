"""The command line: every call ends with status 0, or with one sentence and another status."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from PIL import Image

from msdn_core.cli import runs
from msdn_core.cli.main import main
from msdn_core.demo.aviary import create_demo
from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Ended
from msdn_core.runs.status import RunState, RunStatus
from tests.core import small_run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = small_run.make_project(tmp_path_factory.mktemp("cli") / "project")
    assert main(["train", str(path), "--name", "first", "--set", *_settings()]) == 0
    return path


@pytest.fixture
def refused(capsys):
    """Runs a command that has to fail, and gives its sentence."""

    def run(*words):
        assert main([str(word) for word in words]) == 1
        said = capsys.readouterr().err.strip().splitlines()[-1]
        assert said.startswith("msdn: ")
        assert said.endswith(".")
        return said

    return run


def _settings(steps=20):
    return ["backbone=by-hand", f"steps={steps}", "evaluate_every=20", "batch_size=16", "threads=1", "device=cpu"]


def test_a_finished_run_is_not_measured_on_the_test_split_again(trained, refused):
    best = RunDirectory(trained / "runs" / "first").checkpoint("best")
    before = best.read_bytes()
    assert "finished" in refused("train", trained, "--name", "first", "--resume")
    assert best.read_bytes() == before


def test_a_closed_pipe_stops_a_training_run_and_keeps_it(trained):
    words = [sys.executable, "-m", "msdn_core", "--json", "train", str(trained), "--name", "piped"]
    process = subprocess.Popen(
        [*words, "--set", *_settings(steps=100_000)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert b"progress" in process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 1
    assert said == b""
    run = RunDirectory(trained / "runs" / "piped")
    assert run.status().state is RunState.STOPPED
    assert run.checkpoint("last") is not None
    ended = [event for event in run.read_events()[0] if isinstance(event, Ended)]
    assert [event.state for event in ended] == ["stopped"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_results_that_cannot_be_printed_give_one_sentence(trained):
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-m", "msdn_core", "runs", str(trained)]
        done = subprocess.run(words, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("msdn: ")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_shell_with_another_encoding_gets_a_sentence_and_no_partial_project(tmp_path):
    (tmp_path / "vögel").mkdir()
    (tmp_path / "vögel" / "bird.png").write_bytes(b"")
    words = [sys.executable, "-m", "msdn_core", "import", "images", "vögel", "proj"]
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, timeout=60)
    if done.returncode != 0:  # Some systems take file names for UTF-8 whatever the shell says.
        assert done.stderr.startswith(b"msdn: ")
        assert b"Traceback" not in done.stderr
        assert not (tmp_path / "proj").exists()


def test_the_aviary_is_not_drawn_into_another_project(tmp_path, refused):
    with Project.create(tmp_path / "mine"):
        pass
    assert "not the aviary" in refused("demo", tmp_path / "mine")
    assert not (tmp_path / "mine" / "images").exists()


def test_an_aviary_is_not_redrawn_with_another_seed(tmp_path, refused):
    create_demo(tmp_path / "aviary")
    assert "seed 0" in refused("demo", tmp_path / "aviary", "--seed", 3)
    assert "-1" in refused("demo", tmp_path / "other", "--seed", "-1")
    assert not (tmp_path / "other").exists()


def test_a_command_does_not_wait_for_a_run_that_ends_meanwhile(trained, refused):
    shutil.copytree(trained / "runs" / "first", trained / "runs" / "ending")
    run = RunDirectory(trained / "runs" / "ending")
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"])
    run.write_status(RunStatus(RunState.RUNNING, process.pid, psutil.Process(process.pid).create_time()))
    try:
        # It would say otherwise that the run did not answer in time.
        assert "ended before it received the command stop" in refused("stop", trained, "ending")
    finally:
        process.wait()


def test_an_explanation_that_cannot_be_written_names_the_folder(tmp_path, refused):
    create_demo(tmp_path / "aviary")
    Image.new("RGB", (64, 64)).save(tmp_path / "grey.png")
    (tmp_path / "taken").write_text("a file")
    words = ("explain", tmp_path / "aviary", tmp_path / "grey.png", "--run", "demo-01", "--out")
    assert str(tmp_path / "taken") in refused(*words, tmp_path / "taken")
    with pytest.raises(SystemExit, match="2"):
        main([*map(str, words), str(tmp_path / "out"), "--top", "-1"])
    assert (tmp_path / "taken").read_text() == "a file"
    assert not (tmp_path / "out").exists()


def test_a_bug_is_reported_in_one_sentence(trained, refused, monkeypatch):
    monkeypatch.setattr(runs, "list_runs", lambda _: [None])
    assert "Unexpected error (AttributeError" in refused("runs", trained)
