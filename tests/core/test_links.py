"""Runs and ablations are not written through links, which an untrusted project may have."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from msdn_core.cli.main import main
from msdn_core.demo.aviary import create_demo, draw_missing
from msdn_core.errors import MsdnError
from msdn_core.project import Project
from msdn_core.recipes.ablation import Ablation
from msdn_core.recipes.ablation_report import collect_results, write_report
from msdn_core.recipes.config import RECIPES
from msdn_core.runs.attribute_scores import AttributeScores, write_attribute_scores
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.launch import launch_training
from msdn_core.runs.notes import Notes, write_notes
from msdn_core.runs.queue import cancel_waiting, enqueue, hold_queue, is_queue_running, set_queue_order
from msdn_core.runs.status import RunState, RunStatus
from msdn_core.runs.trash import discard

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links take a privilege there")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    Project.create(tmp_path / "made").close()
    return tmp_path / "made"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("linked", ["ablations", "ablations/mine"])
def test_an_ablation_is_not_written_through_a_link(project, outside, linked) -> None:
    place = project / linked
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(outside)
    ablation = Ablation(project, "mine", RECIPES["demo"], ("full",), 1)
    for write in (ablation.write_plan, lambda: write_report(collect_results(ablation), ablation.folder)):
        with pytest.raises(MsdnError, match="is a link"):
            write()
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("words", [("embed", "--run", "one"), ("evaluate", "--run", "one", "--keep")])
def test_an_evaluation_is_not_written_through_a_link(project, outside, words, capsys) -> None:
    run = RunDirectory.create(project, "one", RECIPES["demo"].to_json())
    (run.path / "evaluation").symlink_to(outside)
    command, *rest = words
    assert main([command, str(project), *rest]) == 1
    assert "is a link" in capsys.readouterr().err
    assert list(outside.iterdir()) == []


def test_the_queue_is_not_written_through_a_link(project, outside) -> None:
    run = RunDirectory.create(project, "one", RECIPES["demo"].to_json(), state=RunState.STOPPED)
    (outside / "runner.lock").write_text("kept", encoding="utf-8")
    (project / "queue").symlink_to(outside)
    writes = (
        lambda: set_queue_order(project, ["one"]),
        lambda: hold_queue(project, True),
        lambda: enqueue(run),
        lambda: cancel_waiting(run),
        lambda: discard(run),
    )
    for write in writes:
        with pytest.raises(MsdnError, match="is a link"):
            write()
    assert main(["queue", str(project), "--hold"]) == 1
    assert not is_queue_running(project)
    assert [(path.name, path.read_text(encoding="utf-8")) for path in outside.iterdir()] == [("runner.lock", "kept")]


def test_a_run_is_not_written_through_a_link(project, outside) -> None:
    RunDirectory.create(project, "one", RECIPES["demo"].to_json()).path.rename(outside / "one")
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    (project / "runs" / "one").symlink_to(outside / "one")
    run = RunDirectory(project / "runs" / "one")
    writes = (
        lambda: write_notes(run.path, Notes("text")),
        lambda: run.write_status(RunStatus(RunState.STOPPED)),
        lambda: run.write_config({}),
        lambda: run.write_data({}),
        lambda: run.send("stop"),
    )
    for write in writes:
        with pytest.raises(MsdnError, match="is a link"):
            write()
    assert {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before


def test_a_run_is_not_written_through_a_hard_link(project, outside) -> None:
    run = RunDirectory.create(project, "one", RECIPES["demo"].to_json(), state=RunState.STOPPED)
    victim = outside / "victim"
    victim.write_text("precious", encoding="utf-8")
    writes = {
        "commands.jsonl": lambda: run.send("stop"),
        "events.jsonl": lambda: launch_training(run, command=[sys.executable, "-c", ""]),
        "log.txt": lambda: launch_training(run, command=[sys.executable, "-c", "print(1)"]),
        "run.lock": lambda: launch_training(run, command=[sys.executable, "-c", ""]),
    }
    for name, write in writes.items():
        (run.path / name).unlink(missing_ok=True)
        (run.path / name).hardlink_to(victim)
        with pytest.raises(MsdnError, match="hard link"):
            write()
        (run.path / name).unlink()
    assert victim.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("name", ["project.lock", "project.sqlite"])
def test_a_project_with_a_hard_link_is_read_only(project, outside, name) -> None:
    (outside / "victim").hardlink_to(project / name)
    before = (outside / "victim").read_bytes()
    with Project.open(project) as opened, pytest.raises(MsdnError, match="hard link"):
        opened.set_meta("name", "other")
    assert (outside / "victim").read_bytes() == before


def test_the_demo_draws_no_picture_through_a_link(project, outside) -> None:
    create_demo(project.parent / "demo", seed=1)
    with Project.open(project.parent / "demo", read_only=True) as opened:
        place = opened.images()[0].path.parent
    place.parent.mkdir(parents=True)
    place.symlink_to(outside)
    with pytest.raises(MsdnError, match="is a link"):
        draw_missing(project.parent / "demo")
    assert list(outside.iterdir()) == []


def test_scores_are_not_written_through_a_link(project, outside) -> None:
    (project / "scores").symlink_to(outside)
    none = np.zeros((0, 1), np.float32)
    with pytest.raises(MsdnError, match="is a link"):
        write_attribute_scores(
            project / "scores" / "one.npz",
            AttributeScores(np.zeros(0, np.int64), none, none, none, np.array(["a"]), ""),
        )
    assert list(outside.iterdir()) == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["log.txt", "events.jsonl", "commands.jsonl", "status.json", "film/frames.bin"])
def test_a_run_does_not_wait_for_a_pipe(project, name) -> None:
    run = RunDirectory.create(project, "one", RECIPES["demo"].to_json())
    (run.path / name).parent.mkdir(exist_ok=True)
    (run.path / name).unlink(missing_ok=True)
    os.mkfifo(run.path / name)
    with pytest.raises(MsdnError, match="not a regular file"):
        run.refuse_links()
    assert run.status().state in (RunState.STARTING, RunState.LOST)
    assert run.read_events() == ([], 0)
    assert run.read_commands() == ([], 0)
