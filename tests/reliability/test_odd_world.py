"""The clock is set back, the project is moved, images are gone: it is said plainly, and nothing is overwritten."""

from __future__ import annotations

import os
import shutil
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import psutil
import pytest
import small_run
import torch
from small_birds import FakeExplainer
from small_run import new_run

from msdn_core.backbones.extraction import extract_features
from msdn_core.errors import MsdnError
from msdn_core.msdn.checkpoint import load_tensors
from msdn_core.project import Project
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.events import Evaluated, Event, StepDone
from msdn_core.runs.status import RunState, RunStatus, current_process
from msdn_core.training.loop import run_training
from msdn_core.vision.features import FeatureStore, feature_folder
from msdn_gui.services.explaining import ExplainPhase
from msdn_gui.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = 3600.0


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_run.make_project(tmp_path / "birds", images=4)


@pytest.fixture
def session(qapp) -> Iterator[tuple[Session, list[str]]]:  # noqa: ARG001
    made, said = Session(FakeExplainer()), []
    made.messages.posted.connect(lambda _, sentence: said.append(sentence))
    yield made, said
    made.close_project()
    made.deleteLater()


def set_back(monkeypatch: pytest.MonkeyPatch, by: float = HOUR) -> None:
    """As Linux shows it: the machine started earlier, and so did each of its processes."""
    now, created = time.time, psutil.Process.create_time
    monkeypatch.setattr(time, "time", lambda: now() - by)
    monkeypatch.setattr(psutil, "boot_time", lambda boot=psutil.boot_time: boot() - by)
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: created(process) - by)


@pytest.mark.parametrize("by", [HOUR, -HOUR, 400 * 24 * HOUR])
def test_a_run_at_work_is_not_taken_for_lost_when_the_clock_is_set(
    project: Path, monkeypatch: pytest.MonkeyPatch, by: float
) -> None:
    run = new_run(project)
    pid, started = current_process()
    run.write_status(RunStatus(RunState.RUNNING, pid, started, steps=10))
    set_back(monkeypatch, by)
    assert run.status().state is RunState.RUNNING
    run.write_status(RunStatus(RunState.RUNNING, pid, started + 100, steps=10))
    assert run.status().state is RunState.LOST, "another process of that number is another one"


def test_a_clock_that_is_behind_the_project_is_said_and_edits_are_kept(
    project: Path, session: tuple[Session, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, said = session
    set_back(monkeypatch)
    opened.open_project(project)
    assert [sentence for sentence in said if "60 minutes behind" in sentence and "correct it" in sentence]
    opened.edits.set_values([("class00", 0, 0.25)])
    opened.edits.set_values([("class00", 1, 0.75)])
    opened.close_project()
    with Project.open(project) as again:
        assert again.table().vectors[0, :2].tolist() == [0.25, 0.75]


def test_a_run_goes_on_to_the_same_end_though_the_clock_was_set_back_between(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = new_run(project, steps=30, evaluate_every=10), new_run(project, steps=30, evaluate_every=10)
    run_training(whole)
    run_training(broken, listener=small_run.stop_at(broken, 12))
    set_back(monkeypatch)
    assert run_training(broken) is RunState.FINISHED
    first, second = load_tensors(whole.checkpoint("last")), load_tensors(broken.checkpoint("last"))
    assert all(torch.equal(value, second[name]) for name, value in first.items())


# After an evaluation, what is written next is a checkpoint; after a step, an event.
@pytest.mark.parametrize("moment", [StepDone, Evaluated])
def test_a_project_moved_while_it_is_trained_and_open_is_said_and_goes_on_from_its_new_place(
    project: Path, session: tuple[Session, list[str]], tmp_path: Path, qtbot, moment: type[StepDone] | type[Evaluated]
) -> None:
    opened, said = session
    opened.open_project(project)
    new = tmp_path / "elsewhere" / "birds"
    new.parent.mkdir()
    run = new_run(project, steps=60, evaluate_every=10)

    def move(event: Event) -> None:
        if isinstance(event, moment) and event.step >= 20 and not new.exists():
            project.rename(new)

    state = run_training(run, listener=move)
    assert state is RunState.FAILED
    with pytest.raises(MsdnError, match=r"no longer contains a project.*put it back"):
        opened.edits.set_values([("class00", 0, 0.5)])
    qtbot.waitUntil(lambda: any("no longer contains a project" in sentence for sentence in said), timeout=6000)
    assert not project.exists(), "nothing is made anew in the old place"
    with pytest.raises(MsdnError, match="no longer contains a project; open the project at its new place"):
        new_run(project)
    assert not project.exists(), "nor by a new run"
    moved = RunDirectory(new / "runs" / run.name)
    kept = load_tensors(moved.checkpoint("last"))
    assert kept
    opened.open_project(new)
    assert len(opened.document.images) == 64
    assert run_training(moved) is RunState.FINISHED, moved.status().reason
    opened.edits.set_values([("class00", 0, 1.0)])


def test_what_was_made_of_images_that_are_gone_is_kept(project: Path, tmp_path: Path) -> None:
    pictures, store = tmp_path / "birds-pictures", feature_folder(project, small_run.SPEC)
    shutil.rmtree(store)
    shape = (small_run.CHANNELS, small_run.GRID**2)
    made = iter(range(1, 1000))
    backbone = SimpleNamespace(
        spec=small_run.SPEC,
        device=torch.device("cpu"),
        features=lambda pixels: torch.full((len(pixels), *shape), float(next(made))),
    )
    extract_features(project, backbone)
    before = {path.name: path.read_bytes() for path in store.iterdir() if path.name != "manifest.json"}
    half = store / ".done-1-0123abcd.part.u8"
    half.touch()
    pictures.rename(tmp_path / "unplugged")
    extract_features(project, backbone)
    assert not half.exists(), "what a killed process had begun to write is taken away"
    assert {name: (store / name).read_bytes() for name in before} == before
    assert len(FeatureStore.open(store).image_ids) == 64
    assert run_training(new_run(project, steps=4)) is RunState.FINISHED
    (tmp_path / "unplugged").rename(pictures)
    extract_features(project, backbone)
    assert {name: (store / name).read_bytes() for name in before} == before, "and nothing is made again"
    changed = pictures / "class00" / "0.png"
    os.utime(changed, (1, 1))
    extract_features(project, backbone)
    assert (store / "maps.f16").read_bytes() != before["maps.f16"], "what is another file is made again"


def test_that_an_image_is_gone_is_said_in_its_place_and_no_other_is_shown(
    project: Path, session: tuple[Session, list[str]], tmp_path: Path, qtbot
) -> None:
    opened, _ = session
    opened.open_project(project)
    opened.inference.set_checkpoint(trained(project))
    qtbot.waitUntil(lambda: opened.inference.checkpoint is not None)
    (tmp_path / "birds-pictures").rename(tmp_path / "unplugged")
    opened.selection.set_image(opened.document.images[5])
    qtbot.waitUntil(lambda: opened.inference.explaining.phase is ExplainPhase.FAILED, timeout=10_000)
    assert str(opened.document.images[5].path) in opened.inference.explaining.text
    assert "explained as soon as it does" in opened.inference.explaining.text
    (tmp_path / "unplugged").rename(tmp_path / "birds-pictures")
    qtbot.waitUntil(lambda: opened.inference.explanation is not None, timeout=5_000)


def trained(project: Path) -> Path:
    run = new_run(project, steps=2)
    assert run_training(run) is RunState.FINISHED
    return run.checkpoint("best")
