"""Scoring a collection: every image by a checkpoint, stored in a file that is valid for that checkpoint only."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from msdn_core.cli.main import main
from msdn_core.errors import RunError
from msdn_core.msdn.checkpoint import load_network
from msdn_core.project import Project
from msdn_core.runs.attribute_scores import checkpoint_digest, read_attribute_scores, scores_file
from msdn_core.runs.directory import RunDirectory
from msdn_core.vision.features import FeatureStore, feature_folder
from tests.core import small_run

SETTINGS = ("backbone=by-hand", "steps=20", "evaluate_every=20", "batch_size=16", "threads=1", "device=cpu")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = small_run.make_project(tmp_path_factory.mktemp("scored") / "project", seen=4, unseen=2, images=4)
    assert main(["train", str(path), "--name", "first", "--set", *SETTINGS]) == 0
    return path


@pytest.fixture
def scored(trained, capsys):
    assert main(["--json", "score", str(trained), "--run", "first", "--device", "cpu"]) == 0
    return json.loads(capsys.readouterr().out.strip().splitlines()[-1])


def test_every_image_is_scored_as_the_network_scores_it_labelled_or_not(trained, capsys):
    with Project.open(trained) as project:
        project.remove_class("class05")  # Its images stay, and belong to no class and no split.
        records = project.images()
    assert main(["--json", "score", str(trained), "--run", "first", "--device", "cpu"]) == 0
    result = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    path = scores_file(trained, "first", "best")
    assert result["scores"] == str(path)
    assert result["images"] == len(records) == 24
    assert sum(record.class_name is None for record in records) == 4

    found = read_attribute_scores(path)
    checkpoint = RunDirectory(trained / "runs" / "first").checkpoint("best")
    network, header = load_network(checkpoint)
    store = FeatureStore.open(feature_folder(trained, small_run.SPEC))
    assert sorted(found.image_ids.tolist()) == sorted(record.id for record in records)
    assert tuple(found.attributes.tolist()) == header.attributes
    assert found.checkpoint == checkpoint_digest(checkpoint)
    for row in (0, 7, 23):
        with torch.inference_mode():
            out = network(torch.from_numpy(store.get(int(found.image_ids[row])).astype(np.float32))[None])
        assert found.scores_av[row] == pytest.approx(out.scores_av[0].numpy(), abs=1e-5)
        assert found.scores_va[row] == pytest.approx(out.scores_va[0].numpy(), abs=1e-5)


def test_a_replaced_checkpoint_has_another_digest(trained, scored, tmp_path):
    checkpoint = RunDirectory(trained / "runs" / "first").checkpoint("best")
    other = Path(shutil.copy(checkpoint, tmp_path / "best.safetensors"))
    with other.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    assert checkpoint_digest(other) != scored["checkpoint"] == checkpoint_digest(checkpoint)


@pytest.mark.usefixtures("scored")
def test_a_damaged_or_foreign_file_is_refused_with_a_sentence(trained, tmp_path):
    whole = scores_file(trained, "first", "best").read_bytes()
    cut = tmp_path / "cut.npz"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RunError, match="cannot be read as attribute scores"):
        read_attribute_scores(cut)
    crooked = tmp_path / "crooked.npz"
    content = dict(np.load(scores_file(trained, "first", "best")))
    np.savez(crooked, **{**content, "scores_va": content["scores_va"][:, :-1]})
    with pytest.raises(RunError, match="scores_va"):
        read_attribute_scores(crooked)
    np.savez(crooked, **{**content, "image_ids": np.array([{"a": 1}] * 24, dtype=object)}, allow_pickle=True)
    with pytest.raises(RunError):
        read_attribute_scores(crooked)
    assert read_attribute_scores(tmp_path / "none.npz") is None


@pytest.mark.parametrize("run", ["../../elsewhere", "a/b", "c:\\d", "..", ""])
def test_no_run_name_leads_out_of_the_folder(tmp_path, run):
    path = scores_file(tmp_path, run, "best")
    assert path.parent == tmp_path / "scores"
    assert path.resolve().parent == (tmp_path / "scores").resolve()


def test_a_checkpoint_of_other_attributes_and_an_empty_project_are_refused(trained, tmp_path, capsys):
    other = small_run.make_project(tmp_path / "other", seen=2, unseen=1, images=1)
    with Project.open(other) as project:
        table = project.table()
        project.define_classes(type(table)(table.attributes[:6], table.classes, table.vectors[:, :6], table.seen))
    checkpoint = RunDirectory(trained / "runs" / "first").checkpoint("best")
    assert main(["score", str(other), "--run", str(checkpoint)]) == 1
    assert "other attributes" in capsys.readouterr().err
    with Project.create(tmp_path / "bare"):
        pass
    assert main(["score", str(tmp_path / "bare"), "--run", str(checkpoint)]) == 1
    assert "no images to score" in capsys.readouterr().err
