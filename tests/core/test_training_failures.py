"""Runs that fail give the reason in one sentence and keep their last checkpoint."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
import small_run
import torch
from small_run import events_of, new_run, stop_at

from msdn_core.backbones.extraction import Progress
from msdn_core.errors import CheckpointError
from msdn_core.msdn.checkpoint import load_tensors
from msdn_core.msdn.losses import LossTerms
from msdn_core.project import Project
from msdn_core.runs.events import Ended, FeatureProgress, Message, RunStarted
from msdn_core.runs.header import read_header
from msdn_core.runs.status import RunState
from msdn_core.training import data, trainer
from msdn_core.training.loop import run_training


@pytest.fixture
def project(tmp_path):
    return small_run.make_project(tmp_path / "birds")


def failed(run):
    assert run_training(run) is RunState.FAILED
    status = run.status()
    assert status.state is RunState.FAILED
    assert events_of(run, Ended)[-1].reason == status.reason
    assert "\n" not in status.reason
    return status.reason


def test_a_project_without_training_images_fails_with_a_sentence(tmp_path):
    Project.create(tmp_path / "p").close()
    assert "classes" in failed(new_run(tmp_path / "p"))
    table = small_run.make_project(tmp_path / "q", seen=0, unseen=3)
    assert "no training images" in failed(new_run(table))


def test_classes_with_zero_vectors_are_refused(project):
    with Project.open(project) as opened:
        table = opened.table()
        opened.set_vectors(dict.fromkeys(table.classes, [0.0] * len(table.attributes)))
    assert "Every class vector" in failed(new_run(project))


def test_a_single_class_is_refused(tmp_path):
    project = small_run.make_project(tmp_path / "p", seen=1, unseen=3)
    assert "belong to one class" in failed(new_run(project))


@pytest.mark.parametrize("variant", ["official", "paper"])
def test_images_of_an_unseen_class_are_never_trained_on(tmp_path, variant):
    project = small_run.make_project(tmp_path / "p", seen=6, unseen=2)
    with closing(sqlite3.connect(project / "project.sqlite")) as database, database:
        database.execute("UPDATE classes SET seen = 0 WHERE name = 'class00'")
    run = new_run(project, variant=variant, steps=4, evaluate_every=2)
    assert run_training(run) is RunState.FINISHED
    assert run.data()["images"]["train"]["count"] == 5 * 6
    assert "6 training images are left out because their class is unseen." in [m.text for m in events_of(run, Message)]
    with closing(sqlite3.connect(project / "project.sqlite")) as database, database:
        database.execute("UPDATE classes SET seen = 0")
    assert "belong to unseen classes" in failed(new_run(project, variant=variant))


def test_an_exploding_loss_names_its_term_and_step_and_keeps_the_checkpoint(project, monkeypatch):
    run = new_run(project, steps=60, evaluate_every=20)
    loss, calls = trainer.msdn_loss, []

    def explode(*given, **settings):
        terms = loss(*given, **settings)
        calls.append(terms)
        bad = torch.tensor(float("nan"))
        spoilt = LossTerms({**terms.terms, "jsd": bad}, terms.total + bad)
        return spoilt if len(calls) == 31 else terms

    monkeypatch.setattr(trainer, "msdn_loss", explode)
    reason = failed(run)
    assert "jsd became nan at step 31" in reason
    assert "learning rate" in reason
    assert read_header(run.checkpoint("last")).step == 20


def test_weights_that_are_not_finite_are_never_saved(project, monkeypatch):
    run = new_run(project, steps=60, evaluate_every=20)
    take_step = trainer.Trainer.take_step

    def spoil(self):
        taken = take_step(self)
        if self.step == 40:
            with torch.no_grad():
                self.network.V[0, 0] = float("inf")
        return taken

    monkeypatch.setattr(trainer.Trainer, "take_step", spoil)
    assert "step 40" in failed(run)
    for kind in ("best", "last"):
        assert all(torch.isfinite(value).all() for value in load_tensors(run.checkpoint(kind)).values())


def test_a_full_disk_fails_the_run_and_keeps_the_previous_checkpoint(project, monkeypatch):
    run = new_run(project, steps=60, evaluate_every=20)
    save = trainer.save_checkpoint

    def full(path, network, header, **more):
        if header.step >= 40:
            raise CheckpointError("The disk is full.")
        save(path, network, header, **more)

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "save_checkpoint", full)
        assert failed(run) == "The disk is full."
    assert read_header(run.checkpoint("last")).step == 20
    assert run_training(run) is RunState.FINISHED


@pytest.mark.parametrize("fault", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory")])
def test_running_out_of_memory_gives_advice(project, monkeypatch, fault):
    def burst(_):
        raise fault

    monkeypatch.setattr(trainer.Trainer, "take_step", burst)
    assert "smaller batch size" in failed(new_run(project))


@pytest.mark.parametrize(
    "fault",
    [MemoryError(), RuntimeError("[enforce fail at alloc_cpu.cpp:75] DefaultCPUAllocator: can't allocate memory")],
)
def test_a_batch_too_large_for_memory_is_halved_once_with_a_warning(project, monkeypatch, fault):
    take_step = trainer.Trainer.take_step

    def limited(self):
        if self.step == 25 and self.config.batch_size > 8:
            raise fault
        return take_step(self)

    monkeypatch.setattr(trainer.Trainer, "take_step", limited)
    run = new_run(project, steps=40, evaluate_every=20, batch_size=16)
    assert run_training(run) is RunState.FINISHED, run.status().reason
    assert run.config()["batch_size"] == 8
    said = [message.text for message in events_of(run, Message) if message.level == "warning"]
    assert len(said) == 1
    assert "batches of 16 images: the run continues with batches of 8" in said[0]
    assert [(event.step, event.resumed) for event in events_of(run, RunStarted)] == [(0, False), (20, True)]
    assert read_header(run.checkpoint("last")).made["config"]["batch_size"] == 8
    tight = new_run(project, steps=40, evaluate_every=20, batch_size=64)
    assert "smaller batch size" in failed(tight)
    assert tight.config()["batch_size"] == 32, "once, not until it fits"


def test_a_bug_gives_a_sentence_and_a_traceback_in_the_log(project, monkeypatch, caplog):
    def burst(_):
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(trainer.Trainer, "take_step", burst)
    assert "ZeroDivisionError" in failed(new_run(project))
    assert "Traceback" in caplog.text


def test_a_run_of_a_changed_project_cannot_be_resumed(project):
    run = new_run(project)
    run_training(run, listener=stop_at(run, 5))
    with Project.open(project) as opened:
        opened.set_values([("class03", 1, 0.5)])
    assert "classes changed" in failed(run)


def test_settings_that_cannot_be_read_fail_the_run(project):
    run = new_run(project)
    (run.path / "config.json").write_text('{"steps": "many"}', encoding="utf-8")
    assert "“many”" in failed(run)


def test_unreadable_images_are_left_out_and_counted(tmp_path):
    project = small_run.make_project(tmp_path / "p")
    folder = next((project / "features").iterdir())
    marks = bytearray((folder / "done.u8").read_bytes())
    marks[0] = marks[50] = 2
    (folder / "done.u8").write_bytes(bytes(marks))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["failures"] = {manifest["images"][row][1]: "cut short" for row in (0, 50)}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    run = new_run(project, steps=4)
    assert run_training(run) is RunState.FINISHED, run.status().reason
    assert run.data()["images"]["left_out"] == 2
    assert any("2 images are left out" in event.text for event in events_of(run, Message))


def test_a_stop_during_extraction_trains_on_no_partial_features(project, monkeypatch):
    run = new_run(project)
    answers = []

    def extraction(path, backbone, *, progress, stop, **_):  # noqa: ARG001
        progress(Progress(3, 9, 2.0, 3.0))
        answers.append(stop())
        run.send("stop")
        small_run.wait_for(stop)
        answers.append(stop())

    monkeypatch.setattr(data, "matching_store", lambda *_: None)
    monkeypatch.setattr(data, "load_backbone", lambda *_, **__: None)
    monkeypatch.setattr(data, "extract_features", extraction)
    assert run_training(run) is RunState.STOPPED
    assert answers == [False, True]
    assert [(event.done, event.total) for event in events_of(run, FeatureProgress)] == [(3, 9)]
    assert events_of(run, RunStarted) == []
